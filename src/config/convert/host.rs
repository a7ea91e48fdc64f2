//! Table `[[repository.environment.host]]`, as meant.

use std::collections::BTreeMap;

use crate::config::checked::{Address, Host};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::names::HostName;
use crate::domain::notice::Notice;

use super::{Findings, text};

/// The kinds of host key that can be pinned.
const KEY_KINDS: &[&str] =
    &["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

/// Returns one table `[[repository.environment.host]]`.
pub fn host(raw: &raw::Host, at: &Path, found: &mut Findings<'_>) -> Option<Host> {
    let name = HostName::parse(&raw.name)
        .ok()
        .or_else(|| found.refuse(&at.key("name"), Notice::new("TW-C048").with("value", &raw.name)));
    let address = address(raw, at, found);
    let directory = text::absolute(&raw.directory, &at.key("directory"), found);
    let state = match &raw.state {
        Some(path) => text::absolute(path, &at.key("state"), found).map(|_| Some(path.clone())),
        None => Some(None),
    };
    directory?;
    let directory = if raw.directory == "/" { "/" } else { raw.directory.trim_end_matches('/') };
    Some(Host { name: name?, address: address?, directory: directory.to_owned(), state: state? })
}

fn address(raw: &raw::Host, at: &Path, found: &mut Findings<'_>) -> Option<Address> {
    if raw.address == "local" {
        let mut only_ssh = |key: &str, written: bool| {
            if written {
                found
                    .report(&at.key(key), Notice::new("TW-C034").with("belongs", "address = \"login@name\""));
            }
        };
        only_ssh("host_key", raw.host_key.is_some());
        only_ssh("identity", raw.identity.is_some());
        return Some(Address::Local);
    }
    let place = at.key("address");
    let parsed = login_name_port(&raw.address)
        .or_else(|| found.refuse(&place, Notice::new("TW-C049").with("value", &raw.address)));
    let host_key = match &raw.host_key {
        Some(text) => host_key(text).or_else(|| {
            found.refuse(&at.key("host_key"), Notice::new("TW-C051").with("kinds", KEY_KINDS.join(", ")))
        }),
        None if found.clean(&place) => {
            let name = parsed.as_ref().map_or("HOST", |(_, name, _)| name);
            found.refuse(&at.key("host_key"), Notice::new("TW-C050").with("host", name))
        }
        None => None,
    };
    let identity = match &raw.identity {
        Some(path) => text::absolute(path, &at.key("identity"), found).map(Some),
        None => Some(None),
    };
    let (user, host, port) = parsed?;
    Some(Address::Ssh { user, host, port, host_key: host_key?, identity: identity? })
}

/// Returns the parts of `login@name:port`; the port may be left out, an IPv6 address stands in brackets.
fn login_name_port(text: &str) -> Option<(String, String, u16)> {
    let (user, rest) = text.split_once('@')?;
    let (host, port) = match rest.strip_prefix('[') {
        Some(inner) => {
            let (host, after) = inner.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            let port = if after.is_empty() { "22" } else { after.strip_prefix(':')? };
            (host, port)
        }
        None => rest.split_once(':').unwrap_or((rest, "22")),
    };
    let login = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
    // A leading dash would be read as an option by the programs that get it.
    let plain = |word: &str, allowed: fn(u8) -> bool| {
        !word.is_empty() && !word.starts_with('-') && word.bytes().all(allowed)
    };
    let port: u16 = port.parse().ok().filter(|port| *port != 0)?;
    (plain(user, login) && plain(host, name)).then(|| (user.to_owned(), host.to_owned(), port))
}

/// Returns kind and key without the comment, when the key says the same kind inside.
fn host_key(text: &str) -> Option<String> {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let (kind, key) = (words.next()?, words.next()?);
    let inner = base64(key)?;
    let length = u32::from_be_bytes(inner.get(..4)?.try_into().ok()?) as usize;
    let same = inner.get(4..4 + length)? == kind.as_bytes() && inner.len() > 4 + length;
    let clean = !text.chars().any(char::is_control);
    (KEY_KINDS.contains(&kind) && same && clean).then(|| format!("{kind} {key}"))
}

/// Returns the bytes that standard base64 (RFC 4648) stands for.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in digits.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Some(out)
}

/// Reports environments that deploy into the same folder of the same machine: each would undo the other.
pub fn shared_folders(raw: &raw::Config, found: &mut Findings<'_>) {
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for (r, repository) in raw.repository.iter().enumerate() {
        for (e, environment) in repository.environment.iter().enumerate() {
            for (h, host) in environment.host.iter().enumerate() {
                let folder = (host.address.clone(), host.directory.trim_end_matches('/').to_owned());
                let owner = format!("{} {}", repository.name, environment.name);
                let place =
                    Path::root().key("repository").index(r).key("environment").index(e).key("host").index(h);
                if let Some(other) = seen.get(&folder)
                    && found.clean(&place)
                {
                    found.report(&place.key("directory"), Notice::new("TW-C052").with("other", other));
                }
                seen.entry(folder).or_insert(owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_login_a_name_and_perhaps_a_port() {
        for (text, parts) in [
            ("deploy@prod.example.org:2222", Some(("deploy", "prod.example.org", 2222))),
            ("deploy@prod", Some(("deploy", "prod", 22))),
            ("deploy@[2001:db8::1]:22", Some(("deploy", "2001:db8::1", 22))),
            ("deploy@[2001:db8::1]", Some(("deploy", "2001:db8::1", 22))),
            ("prod.example.org", None),
            ("deploy@", None),
            ("@prod", None),
            ("deploy@prod:0", None),
            ("deploy@prod:70000", None),
            ("-oProxyCommand=x@prod", None),
            ("deploy@-oProxyCommand=x", None),
            ("deploy@prod name", None),
            ("deploy@[nonsense]", None),
        ] {
            let parts =
                parts.map(|(user, host, port): (&str, &str, u16)| (user.to_owned(), host.to_owned(), port));
            assert_eq!(login_name_port(text), parts, "{text}");
        }
    }

    #[test]
    fn a_host_key_must_be_one_and_loses_its_comment() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdjO9ESRYqrpPHIlS0aT1BBVnUTGyQDSDEsbIBWVGTO";
        assert_eq!(host_key(key).as_deref(), Some(key));
        assert_eq!(host_key(&format!("{key} root@prod")).as_deref(), Some(key));
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 …",
            "ssh-dss AAAAB3NzaC1kc3MAAACB",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJdjO9ESRYqrpPHIlS0aT1BBVnUTGyQDSDEsbIBWVGTO",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdjO9ESRYqrpPHIlS0aT1BBVnUTGyQDSDEsbIBWVGTO\n@cert-authority",
        ] {
            assert_eq!(host_key(bad), None, "{bad:?}");
        }
    }
}
