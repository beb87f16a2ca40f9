//! Which process listens on a port, as far as `/proc` tells: for the message of a door that cannot open.

use std::fs;
use std::net::SocketAddr;

/// The state of a listening socket in `/proc/net/tcp`, proc_pid_net(5).
const LISTENING: &str = "0A";

/// Name and id of the process that listens there, as `nginx (process 812)`.
///
/// `None` where nothing listens, or where its owner cannot be known: other
/// users' processes are hidden from all but root.
pub(crate) fn of(address: SocketAddr) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let inode = tables.iter().find_map(|table| listening_inode(&fs::read_to_string(table).ok()?, address.port()))?;
    let process = process_with(&format!("socket:[{inode}]"))?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(format!("{} (process {process})", name.trim_end()))
}

/// The inode of the listening socket on this port, in the form of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let mut cells = line.split_ascii_whitespace();
        let local = cells.nth(1)?;
        let state = cells.nth(1)?;
        let inode = cells.nth(5)?;
        let (_, port_in_hex) = local.rsplit_once(':')?;
        let here = u16::from_str_radix(port_in_hex, 16) == Ok(port) && state == LISTENING;
        here.then(|| inode.parse().ok()).flatten()
    })
}

fn process_with(socket: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.into_iter().find(|process: &u32| {
        fs::read_dir(format!("/proc/{process}/fd")).is_ok_and(|mut open| {
            open.any(|file| file.is_ok_and(|file| fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == socket)))
        })
    })
}

#[cfg(test)]
mod tests;
