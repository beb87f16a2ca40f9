//! Which door a URL leads to: the one that listens at its port, else the one that has its name.

use std::net::IpAddr;

use gateway::{DoorSettings, Settings};

use super::asked::Asked;
use crate::failure::{Exit, Failure};

/// The index of the door.
///
/// # Errors
/// None, or more than one, would get such a request (6).
pub(super) fn choose(settings: &Settings, asked: &Asked, named: Option<&str>) -> Result<usize, Failure> {
    let doors = || settings.doors.iter().enumerate();
    if let Some(name) = named {
        return doors().find(|(_, door)| *door.door.name == *name).map(|(at, _)| at).ok_or_else(|| {
            Failure::new(Exit::NoSuchThing, "unknown-name", format!("there is no door `{name}`"))
                .help(format!("there are: {}", list(settings)))
        });
    }
    let speaks = |door: &DoorSettings| door.tls.is_some() == asked.secure;
    let listening: Vec<usize> =
        doors().filter(|(_, door)| listens(door, asked) && speaks(door)).map(|(at, _)| at).collect();
    // Behind a balancer or an address translation the port outside is another one: then the name decides.
    let by_name = || -> Vec<usize> {
        let has = |door: &DoorSettings| door.hosts.iter().any(|host| host.covers(&asked.host));
        doors().filter(|(_, door)| speaks(door) && has(door)).map(|(at, _)| at).collect()
    };
    let found = if listening.is_empty() { by_name() } else { listening };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(none(settings, asked)),
        _ => Err(Failure::new(Exit::NoSuchThing, "which-door", "more than one door would get this request")
            .help(format!("name it with `--door`: {}", list(settings)))),
    }
}

fn listens(door: &DoorSettings, asked: &Asked) -> bool {
    let address: Option<IpAddr> = asked.host.trim_matches(['[', ']']).parse().ok();
    door.listen.iter().any(|listen| {
        let there = address.is_none_or(|address| listen.ip() == address || listen.ip().is_unspecified());
        listen.port() == asked.port && there
    })
}

fn none(settings: &Settings, asked: &Asked) -> Failure {
    let redirects = settings
        .doors
        .iter()
        .find(|door| !asked.secure && door.redirect_from.is_some_and(|from| from.port() == asked.port));
    let message = match redirects {
        Some(door) => format!("port {} only redirects to the door `{}`", asked.port, door.door.name),
        None => format!("no door would get a request for `{}`", asked.url),
    };
    Failure::new(Exit::NoSuchThing, "no-door", message).help(format!("there are: {}", list(settings)))
}

fn list(settings: &Settings) -> String {
    let one = |door: &DoorSettings| {
        let scheme = if door.tls.is_some() { "https" } else { "http" };
        let at: Vec<String> = door.listen.iter().map(|address| format!("{scheme}://{address}")).collect();
        format!("`{}` at {}", door.door.name, at.join(" "))
    };
    settings.doors.iter().map(one).collect::<Vec<_>>().join(", ")
}
