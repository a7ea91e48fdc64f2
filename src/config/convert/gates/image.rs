//! Table `[repository.environment.gates.image]`, as meant.

use crate::config::convert::{Findings, text};
use crate::config::gates::{Gate, GateSource, Images, Registry};
use crate::config::problem::Path;
use crate::config::raw;
use crate::domain::image::is_registry;
use crate::domain::notice::Notice;

use super::{Around, max_age};

/// Returns the gate; it only means something where compose files name the images.
pub fn image(
    raw: &raw::gates::Image,
    around: &Around<'_>,
    at: &Path,
    found: &mut Findings<'_>,
) -> Option<Gate> {
    if around.recipe == Some(raw::Recipe::Script) {
        return found.refuse(at, Notice::new("TW-C034").with("belongs", "recipe = \"compose\""));
    }
    let registries = found.each(&raw.registry, &at.key("registry"), registry);
    found.distinct(&at.key("registry"), "host", raw.registry.iter().map(|one| one.host.clone()));
    let skip = found.each(&raw.skip, &at.key("skip"), service);
    let max_age = max_age(&raw.max_age, at, found);
    let source = GateSource::Images(Images { registries: registries?, skip: skip? });
    Some(Gate { name: "image".to_owned(), max_age: max_age?, source })
}

/// Returns the name of a service, as compose files may write it.
fn service(raw: &String, at: &Path, found: &mut Findings<'_>) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let good = !raw.is_empty() && raw.len() <= 100 && raw.bytes().all(plain);
    good.then(|| raw.clone()).or_else(|| found.refuse(at, Notice::new("TW-C113").with("value", raw)))
}

fn registry(raw: &raw::gates::Registry, at: &Path, found: &mut Findings<'_>) -> Option<Registry> {
    let host = match is_registry(&raw.host) {
        true => Some(raw.host.clone()),
        false => found.refuse(&at.key("host"), Notice::new("TW-C111").with("value", &raw.host)),
    };
    let login = match (&raw.user, &raw.password) {
        (None, None) => Some(None),
        (Some(user), Some(password)) => {
            // In HTTP's basic authentication a colon ends the user.
            let good = !user.is_empty() && user.bytes().all(|b| b.is_ascii_graphic() && b != b':');
            let password = found.secret(password, &at.key("password"));
            match good {
                true => password.map(|password| Some((user.clone(), password))),
                false => found.refuse(&at.key("user"), Notice::new("TW-C112")),
            }
        }
        (Some(_), None) => found.refuse(&at.key("password"), Notice::new("TW-C087")),
        (None, Some(_)) => found.refuse(&at.key("user"), Notice::new("TW-C087")),
    };
    if raw.plain_http && raw.user.is_some() && text::is_overheard(&format!("http://{}", raw.host)) {
        found.warn(&at.key("plain_http"), Notice::new("TW-C065"));
    }
    Some(Registry { host: host?, login: login?, plain_http: raw.plain_http })
}
