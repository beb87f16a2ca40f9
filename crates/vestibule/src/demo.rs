//! `vestibule demo`: a shop behind both doors, made fresh, opened, shown, and closed again.
//!
//! The steps: a directory for itself, ports, certificates and keys, the file,
//! the five back ends, the house that `vestibule run` would open with that
//! file, and, once everything answers, what to try.

mod directory;
mod file;
mod ports;
mod requests;
mod shop;
mod words;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use model::{KeyKind, Secret};
use serde_json::json;

use crate::cli::Demo;
use crate::commands::{load, run as running, schema};
use crate::failure::Failure;
use crate::roots::{self, Roots};
use crate::terminal::Terminal;
use crate::wiring::{House, Opening, Signals};
use directory::Directory;
use ports::{Ports, address_of};
use requests::Try;
use shop::Shop;
use shop::server_door::{Credentials, ServerDoor, ServerDoorError};

/// The name by which both doors are called.
const HOST: &str = "localhost";
/// Longest path of a Unix socket that every system takes, in bytes.
const SOCKET_PATH: usize = 100;
/// More than an order may have.
const TOO_LARGE: usize = 70 * 1024;

/// Everything that was made before anything is started.
struct Prepared {
    directory: Directory,
    file: PathBuf,
    ports: Ports,
    ca: PathBuf,
    admin: PathBuf,
    /// A directory outside for the socket, where the path inside is too long.
    outside: Option<PathBuf>,
    door: ServerDoor,
    /// The key that stands in the page.
    window: Secret<String>,
    tries: Vec<Try>,
    /// The file as it might be next.
    next: PathBuf,
}

/// Opens the shop and keeps it open until it is told to end.
///
/// # Errors
/// A directory or port that cannot be had (7), or anything that does not start.
pub(crate) fn run(arguments: &Demo, terminal: &Terminal) -> Result<(), Failure> {
    let prepared = prepare(arguments, terminal)?;
    let outside = prepared.outside.clone();
    let outcome = running::control_runtime()?.block_on(open(prepared, terminal));
    if let Some(outside) = outside {
        // What cannot be removed is an empty directory among temporary ones.
        std::fs::remove_dir_all(outside).ok();
    }
    outcome
}

async fn open(prepared: Prepared, terminal: &Terminal) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let Prepared { directory, file, ports, ca, admin, door, window, tries, next, .. } = prepared;
    terminal.say("starting five back ends: site, catalogue and its next edition, ordering, payments");
    let shop = Shop::open(ports.back_ends, door.clone(), window.expose())
        .map_err(|error| Failure::ours("the back ends cannot be started").because(&error))?;
    terminal.say("opening both doors");
    let loaded = load::load(&file).map_err(|refused| load::faulty(&file, &refused.faults, terminal))?;
    let opening = Opening {
        file,
        watch: true,
        log: log(&directory, terminal)?,
        log_is_read: !terminal.json() && terminal.results_are_read(),
        log_has_colour: terminal.results_have_colour(),
        program: None,
        heritage: None,
        faults: None,
    };
    let mut house = House::open(loaded, opening, terminal).await?;
    let client = format!("https://{HOST}:{}", ports.client.port());
    everything_answers(&door, ports.client, (window.expose(), &client))
        .await
        .map_err(|error| Failure::ours("the demo does not answer").because(&error))?;
    let server = format!("https://{HOST}:{}", ports.server.port());
    if terminal.json() {
        let requests: Vec<_> = tries.iter().map(Try::to_json).collect();
        terminal.object(&json!({
            "format": 1, "command": "demo", "ok": true, "client": { "url": client }, "server": { "url": server },
            "admin": { "socket": admin }, "ca": ca, "directory": directory.path(), "next": next, "requests": requests,
        }));
    } else {
        let (client, server) = (client.as_str(), server.as_str());
        let open = words::Open { client, server, ca: &ca, directory: directory.path(), tries: &tries };
        words::print(terminal, &open);
    }
    let end = house.live(&mut signals).await?;
    house.close(end, &mut signals).await?;
    shop.close().await;
    Ok(())
}

fn prepare(arguments: &Demo, terminal: &Terminal) -> Result<Prepared, Failure> {
    let directory = Directory::prepare(&arguments.directory)?;
    let ports = Ports::choose(arguments.port_base)?;
    for moved in &ports.moved {
        terminal.say(moved);
    }
    terminal.say("making two certificate authorities, certificates and keys");
    let here = directory.path();
    let roots = Roots::open_or_create(here, file::TRUST_DOMAIN)?;
    let shop = roots.workload("shop", here)?;
    roots.workload("warehouse", here)?;
    roots::stranger(requests::STRANGER, file::TRUST_DOMAIN, here)?;
    roots.local_as_caller(requests::DOOR, here)?;
    let window = roots::key(KeyKind::Publishable)?;
    let till = roots::key(KeyKind::Restricted)?;
    let bookkeeper = roots::key(KeyKind::Secret)?;
    let too_large = directory.write("too-large.json", &format!("\"{}\"", "x".repeat(TOO_LARGE)))?;
    let (admin, outside) = admin_socket(here)?;
    let text = file::text(&file::Facts {
        client: ports.client,
        server: ports.server,
        site: address_of(&ports.back_ends.site)?,
        catalogue: address_of(&ports.back_ends.catalogue)?,
        next_catalogue: address_of(&ports.back_ends.next_catalogue)?,
        ordering: address_of(&ports.back_ends.ordering)?,
        payments: address_of(&ports.back_ends.payments)?,
        window: &window.hash,
        till: &till.hash,
        bookkeeper: &bookkeeper.hash,
        admin: outside.as_ref().and_then(|_| admin.to_str()),
    });
    let file = directory.write("vestibule.yaml", &text)?;
    let next = file::next(&text).ok_or_else(|| Failure::ours("the demo's next file is no other than its file"))?;
    let next = directory.write("next.yaml", &next)?;
    directory.write("vestibule.schema.json", &schema::text())?;
    let credentials =
        Credentials { anchors: vec![roots.local_certificate()], chain: shop.chain_der, key: shop.key_der };
    let door = ServerDoor::new(HOST, ports.server, credentials)
        .map_err(|error| Failure::ours("the shop's certificate").because(&error))?;
    let ca = roots.local_path.clone();
    let tries = requests::list(&requests::Facts {
        client: &format!("https://{HOST}:{}", ports.client.port()),
        server: &format!("https://{HOST}:{}", ports.server.port()),
        ca: &ca,
        certificates: here,
        too_large: &too_large,
        window: window.text.expose(),
        till: till.text.expose(),
        bookkeeper: bookkeeper.text.expose(),
    });
    let window = window.text;
    Ok(Prepared { directory, file, ports, ca, admin, outside, door, window, tries, next })
}

/// Where the admin socket is: in the demo's directory, or, where that path is too long for a socket, in a private
/// temporary one.
fn admin_socket(here: &Path) -> Result<(PathBuf, Option<PathBuf>), Failure> {
    let inside = here.join("admin.sock");
    if inside.as_os_str().len() <= SOCKET_PATH {
        return Ok((inside, None));
    }
    let name = shop::reference::new("vestibule-demo").ok_or_else(|| Failure::ours("no random numbers"))?;
    let outside = std::env::temp_dir().join(name);
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&outside)
        .map_err(|error| Failure::file("make the directory", &outside, &error))?;
    Ok((outside.join("admin.sock"), Some(outside)))
}

/// The access log follows on the terminal, where somebody reads it; else it goes to a file.
fn log(directory: &Directory, terminal: &Terminal) -> Result<Box<dyn Write + Send>, Failure> {
    if !terminal.json() && terminal.results_are_read() {
        return Ok(Box::new(io::stdout()));
    }
    let path = directory.path().join("access.log");
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
    Ok(Box::new(file.map_err(|error| Failure::file("write", &path, &error))?))
}

/// One request through each door, to a back end and back.
async fn everything_answers(
    door: &ServerDoor,
    client: std::net::SocketAddr,
    (window, origin): (&str, &str),
) -> Result<(), ServerDoorError> {
    let mut server_door = door.connect(None).await?;
    let levels = server_door.get("/stock/levels").await?;
    let charges = server_door.get("/payments/charges").await?;
    let mut client_door = door.at(client)?.connect(None).await?;
    let page = client_door.get("/").await?;
    let products = client_door.get_from_page("/api/products", window, origin).await?;
    match [levels, charges, page, products].iter().find(|answer| answer.status != 200) {
        None => Ok(()),
        Some(answer) => Err(ServerDoorError::Status(answer.status)),
    }
}
