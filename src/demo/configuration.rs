//! What stands in the configuration of a house that lives for a moment?

use std::net::SocketAddr;
use std::path::Path;

use crate::demo::ground::{Ground, REPOSITORY};
use crate::domain::language::Language;

/// What a team asks of its releases.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The language of the house.
    pub language: Language,
    /// How many people have to approve.
    pub approvals: u32,
    /// The closed windows of the calendar, as in the configuration.
    pub closed: String,
    /// Further keys of the environment's watch.
    pub watch: String,
    /// Further tables, as they stand in the configuration; `{root}` stands for the folder of the ground, `{app}` and
    /// `{forge}` for the addresses of the application and the forge.
    pub further: String,
}

/// Returns the tables with which every such configuration begins: the daemon, and the forge with the secrets in `root`;
/// `server` holds further keys of the first.
pub fn house(root: &Path, forge: &str, address: SocketAddr, server: &str) -> String {
    let root = root.display();
    format!(
        r#"[server]
listen = "{address}"
public_url = "http://{address}"
state_dir = "{root}/state"
{server}
[forge]
url = "{forge}"
token = {{ file = "{root}/token" }}
webhook_secrets = [ {{ file = "{root}/secret" }} ]
"#
    )
}

/// Returns the table of a guarded repository that is read from the folder `bare`.
pub fn repository(name: &str, bare: &Path) -> String {
    format!("[[repository]]\nname = \"{name}\"\nclone_url = \"{}\"\n", bare.display())
}

/// Returns the configuration of a team with these rules.
pub fn of_a_team(ground: &Ground, address: SocketAddr, rules: &Rules) -> String {
    let root = ground.root().display();
    let (forge, app) = (ground.forge.url(), ground.app.url());
    let Rules { language, approvals, closed, watch, further } = rules;
    let further =
        further.replace("{root}", &root.to_string()).replace("{app}", &app).replace("{forge}", &forge);
    let house = house(ground.root(), &forge, address, &format!("language = \"{}\"\n", language.tag()));
    format!(
        r#"# The configuration of a world that lives for a moment.
{house}
[[calendar]]
name = "office"
time_zone = "Europe/Paris"
closed = [ {closed} ]

{repository}
[[repository.environment]]
name = "production"
calendars = ["office"]
release_managers = ["user:ada"]
approvers = ["team:school/release"]
approvals = {approvals}
approval_expires = "72h"

[[repository.environment.host]]
name = "prod-1"
address = "local"
directory = "{root}/production"

[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "fetch"
run = ["{root}/host/fetch", "{{tag}}"]
[[repository.environment.deploy.step]]
name = "switch"
run = ["{root}/host/switch", "{{commit}}"]
probe = ["{root}/host/is-on", "{{commit}}"]
undo = ["{root}/host/switch-back", "{{commit}}"]

[repository.environment.healthcheck]
url = "{app}/health"
limit = "3s"

[repository.environment.smoke]
script = ["scripts/smoke-test.sh"]
url = "{app}"
[[repository.environment.smoke.endpoint]]
url = "{app}/"
contains = "Bridge"

[repository.environment.watch]
{watch}
[[repository.environment.watch.signal]]
kind = "http"
name = "front"
url = "{app}/health"

{further}
"#,
        repository = repository(REPOSITORY, &ground.bare()),
    )
}
