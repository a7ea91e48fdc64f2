//! Every problem that a configuration can have, with the words in which it is told: one line changed, one answer.

use tagwarden::messages::Language;

use crate::{KEY, good, problems};

/// Replaces a line of the good configuration and compares everything that is told about the result.
#[track_caller]
fn told(line: &str, instead: &str, expected: &str) {
    let (good, line, instead) = (good(), line.replace("KEY", KEY), instead.replace("KEY", KEY));
    assert!(good.contains(&line), "{line} does not stand in the good configuration");
    let told = problems(&good.replacen(&line, &instead, 1), Language::En);
    assert_eq!(told.trim_end(), expected, "\n--- {instead}");
}

#[test]
fn problems_with_the_shape_of_the_file_are_told() {
    told(
        r#"public_url = "https://release.example.org""#,
        "public_url = ",
        "c.toml:2: this is not TOML: string values must be quoted, expected literal string (TW-C002)",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
public_url = "https://release.example.org""#,
        "c.toml:3: this is not TOML: duplicate key (TW-C002)",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        "public_url = 5",
        "c.toml:2: server.public_url: this should be a text in quotes (TW-C010)",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_ulr = "https://release.example.org""#,
        "c.toml:2: server.public_ulr: this key does not exist here (TW-C003)
  did you mean: public_url",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        "",
        "c.toml:1: server.public_url: this key is missing (TW-C006)
  see the commented sample: config/tagwarden.toml",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
zzz = 1"#,
        "c.toml:3: server.zzz: this key does not exist here (TW-C004)
  possible keys: control_socket, language, listen, public_url, state_dir, webhook_listen",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
language = "fre""#,
        "c.toml:3: server.language: `fre` is not possible here (TW-C007)
  did you mean: fr",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
language = "klingon""#,
        "c.toml:3: server.language: `klingon` is not possible here (TW-C008)
  possible values: en, fr",
    );
    told(
        "[server]",
        "[[server]]",
        "c.toml:1: server: this should be a table (TW-C014)
  write it in braces, { … }, or under a heading in brackets",
    );
    told(
        "[[repository]]",
        "[repository]",
        "c.toml:10: repository: this should be a list (TW-C013)
  write it in brackets: [ … ]; tables of a list have double brackets: [[ … ]]",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
approvals = "two""#,
        "c.toml:16: repository[0].environment[0].approvals: this should be a whole number (TW-C011)",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
self_approval = "yes""#,
        "c.toml:16: repository[0].environment[0].self_approval: this should be true or false (TW-C012)",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = "user:ana""#,
        "c.toml:15: repository[0].environment[0].approvers: this should be a list (TW-C013)
  write it in brackets: [ … ]; tables of a list have double brackets: [[ … ]]",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana", 7]"#,
        "c.toml:15: repository[0].environment[0].approvers[1]: this should be a text in quotes (TW-C010)",
    );
}

#[test]
fn problems_with_server_and_forge_are_told() {
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "release.example.org""#,
        "c.toml:2: server.public_url: this is not an HTTP address (TW-C025)
  write it like https://release.example.org",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://user:hunter2hunter2@release.example.org""#,
        "c.toml:2: server.public_url: this address holds a login (TW-C026)
  take the login out of the address; it can be read here by anybody who may read this file",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
listen = "8787""#,
        "c.toml:3: server.listen: `8787` is not an address and a port (TW-C024)
  write it like 127.0.0.1:8787 or [::1]:8787",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
webhook_listen = "127.0.0.1:8787""#,
        "c.toml:3: server.webhook_listen: webhooks cannot have the port that pages have (TW-C029)
  leave webhook_listen out, or give it another port",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
state_dir = "state""#,
        "c.toml:3: server.state_dir: `state` is not an absolute path without .. (TW-C040)
  write it from the root, such as /srv/bridge",
    );
    told(
        r#"public_url = "https://release.example.org""#,
        r#"public_url = "https://release.example.org"
state_dir = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""#,
        "c.toml:3: server.state_dir: the path of the control socket is longer than 107 bytes (TW-C045)
  set server.control_socket to a shorter path",
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        r#"token = { env = "TOKEN" }
reconcile_every = "5 minutes""#,
        "c.toml:6: forge.reconcile_every: `5 minutes` is not a length of time (TW-C022)
  write it like 30s, 45m, 1h30m or 7d",
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        r#"token = { env = "TOKEN" }
reconcile_every = "2d""#,
        "c.toml:6: forge.reconcile_every: `2d` is not between 1s and 1d (TW-C023)",
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        r#"token = { env = "TOKEN", file = "/x" }"#,
        r#"c.toml:5: forge.token: exactly one of credential, file and env must stand here (TW-C016)
  for example: token = { credential = "name" }"#,
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        "token = {}",
        r#"c.toml:5: forge.token: exactly one of credential, file and env must stand here (TW-C016)
  for example: token = { credential = "name" }"#,
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        r#"token = { credential = "../etc/shadow" }"#,
        "c.toml:5: forge.token.credential: this is not a plain name (TW-C020)
  use letters, digits, `-`, `_` and `.`",
    );
    told(
        r#"token = { env = "TOKEN" }"#,
        r#"token = { file = "token" }"#,
        "c.toml:5: forge.token.file: this is not the absolute path of a file (TW-C061)
  write it from the root, such as /etc/tagwarden/token",
    );
    told(
        r#"webhook_secrets = [ { env = "SECRET" } ]"#,
        "webhook_secrets = []",
        "c.toml:6: forge.webhook_secrets: this needs at least one value that is not empty (TW-C009)",
    );
}

#[test]
fn problems_with_calendars_are_told() {
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Paris""#,
        "c.toml:9: calendar[0].time_zone: `Paris` is not a time zone (TW-C058)
  write it like Europe/Paris",
    );
    told(
        "[[repository]]",
        r#"[[calendar]]
name = "School"
time_zone = "UTC"
[[repository]]"#,
        "c.toml:11: calendar[1].name: `School` stands here twice (TW-C027)
  give every entry of the list its own name",
    );
}

#[test]
fn problems_with_feeds_are_told() {
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
[[repository]]"#,
        "c.toml:10: calendar[0].feed[0]: a feed has either `url` or `path` (TW-C085)
  write one of them",
    );
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
url = "https://example.org/a.ics"
path = "/a.ics"
[[repository]]"#,
        "c.toml:10: calendar[0].feed[0]: a feed has either `url` or `path` (TW-C085)
  write one of them",
    );
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
url = "http://example.org/a.ics"
[[repository]]"#,
        "c.toml:12: calendar[0].feed[0].url: a feed is fetched over HTTPS (TW-C086)
  write https://…, or allow_private = true for a server of your own network",
    );
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
url = "https://example.org/a.ics"
user = "ana"
[[repository]]"#,
        "c.toml:13: calendar[0].feed[0].user: `user` and `password` go together (TW-C087)
  write both or none",
    );
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
path = "/a.ics"
max_malformed = 101
[[repository]]"#,
        "c.toml:13: calendar[0].feed[0].max_malformed: `101` is no share in per cent (TW-C088)
  write 0 to 100",
    );
    told(
        "[[repository]]",
        r#"[[calendar.feed]]
name = "courses"
path = "a.ics"
[[repository]]"#,
        "c.toml:12: calendar[0].feed[0].path: `a.ics` is not an absolute path without .. (TW-C040)
  write it from the root, such as /srv/bridge",
    );
}

#[test]
fn problems_with_repositories_are_told() {
    told(
        r#"name = "school/bridge""#,
        r#"name = "bridge""#,
        "c.toml:11: repository[0].name: `bridge` is not the name of a repository (TW-C031)
  write owner/name, as in the address on the forge",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
clone_url = "ext::sh -c x""#,
        "c.toml:12: repository[0].clone_url: this is not something that git can clone (TW-C028)
  write it like https://git.example.org/owner/name.git",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
clone_url = "https://ana:hunter2hunter2@git.example.org/a.git""#,
        "c.toml:12: repository[0].clone_url: this address holds a login (TW-C026)
  take the login out of the address; it can be read here by anybody who may read this file",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
main = "refs/heads/main""#,
        "c.toml:12: repository[0].main: `refs/heads/main` is not the name of a branch (TW-C032)
  write it like main or hotfix/*, without refs/heads/",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
hotfix_branches = ["hotfix/*", "a b"]"#,
        "c.toml:12: repository[0].hotfix_branches[1]: `a b` is not the name of a branch (TW-C032)
  write it like main or hotfix/*, without refs/heads/",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
tag_prefix = "v ""#,
        "c.toml:12: repository[0].tag_prefix: `v ` cannot stand before a version (TW-C033)
  use letters, digits, `-`, `_`, `.` and `/`, such as v or app-v",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
changelog = "../CHANGELOG.md""#,
        "c.toml:12: repository[0].changelog: `../CHANGELOG.md` does not stay in the folder (TW-C041)
  write it from the folder on, such as compose.yml, without ..",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
signed = "required""#,
        r#"c.toml:12: repository[0].signed: nobody is named who may sign (TW-C081)
  set allowed_signers for SSH signatures, openpgp_home for OpenPGP ones, or both"#,
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
first_version = "v3.2""#,
        "c.toml:12: repository[0].first_version: `v3.2` is not a version of a first release (TW-C080)
  write three numbers without a prefix, such as 3.2.0",
    );
    told(
        r#"name = "school/bridge""#,
        r#"name = "school/bridge"
allowed_signers = "/etc/signers""#,
        r#"c.toml:12: repository[0].allowed_signers: this key only belongs to signed = "required" (TW-C034)
  take the key out, or change what it belongs to"#,
    );
    told(
        "[[repository]]",
        r#"[[repository]]
name = "School/Bridge"
[[repository]]"#,
        "c.toml:13: repository[1].name: `school/bridge` stands here twice (TW-C027)
  give every entry of the list its own name",
    );
}

#[test]
fn problems_with_environments_and_hosts_are_told() {
    told(r#"name = "production""#, r#"name = "pro duction""#, "c.toml:13: repository[0].environment[0].name: `pro duction` is not the name of an environment (TW-C035)
  use at most 40 letters, digits, `-`, `_` and `.`");
    told(
        r#"calendars = ["school"]"#,
        r#"calendars = ["lessons"]"#,
        "c.toml:14: repository[0].environment[0].calendars[0]: there is no calendar `lessons` (TW-C047)
  define it: [[calendar]] with name and time_zone",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["ana"]"#,
        "c.toml:15: repository[0].environment[0].approvers[0]: `ana` is neither a user nor a team (TW-C037)
  write user:login or team:organisation/team",
    );
    told(r#"approvers = ["user:ana"]"#, r#"approvers = ["team:release"]"#, "c.toml:15: repository[0].environment[0].approvers[0]: `team:release` is neither a user nor a team (TW-C037)
  write user:login or team:organisation/team");
    told(r#"approvers = ["user:ana"]"#, r#"approvers = ["user:ana"]
approvals = 2"#, "c.toml:16: repository[0].environment[0].approvals: this asks for approvals by more people than are named (asked: 2, named: 1) (TW-C039)
  name more people in approvers, or set approvals = 0 to go without");
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
approvals = -1"#,
        "c.toml:16: repository[0].environment[0].approvals: -1 is not between 0 and 20 (TW-C038)",
    );
    told(r#"approvers = ["user:ana"]"#, r#"approvers = ["user:ana"]
max_duration = "30m""#, "c.toml:16: repository[0].environment[0].max_duration: 30m leaves no room for the deployment before the watch of 30m (TW-C036)
  deploy, smoke tests and watch must fit into max_duration together: make it longer, or the watch shorter");
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
approval_expires = "1s""#,
        "c.toml:16: repository[0].environment[0].approval_expires: `1s` is not between 1m and 90d (TW-C023)",
    );
    told(r#"approvers = ["user:ana"]"#, r#"approvers = ["user:ana"]
[repository.environment.gates.ci]
workflows = [".forgejo/workflows/ci.yml"]
contexts = ["tagwarden/staging"]
max_age = "0s""#, "c.toml:17: repository[0].environment[0].gates.ci.workflows[0]: `.forgejo/workflows/ci.yml` is not the name of a workflow file (TW-C100)
  write it without its folder, such as ci.yml
c.toml:18: repository[0].environment[0].gates.ci.contexts[0]: `tagwarden/staging` means statuses that tagwarden posts itself; they prove nothing (TW-C101)
  name the contexts of your checks, such as ci/*
c.toml:19: repository[0].environment[0].gates.ci.max_age: `0s` is not between 1s and 366d (TW-C023)");
    told(r#"approvers = ["user:ana"]"#, r#"approvers = ["user:ana"]
[repository.environment.gates]
ci = { contexts = [""] }
e2e = { workflow = "e2e", after = "staging" }"#, "c.toml:17: repository[0].environment[0].gates.ci.contexts[0]: a context is empty, longer than 255 bytes, or has control characters (TW-C102)
  write it as Forgejo shows it beside the commit; * stands for anything
c.toml:18: repository[0].environment[0].gates.e2e.workflow: `e2e` is not the name of a workflow file (TW-C100)
  write it without its folder, such as ci.yml
c.toml:18: repository[0].environment[0].gates.e2e.after: `staging` is no other environment of this repository (TW-C103)
  write that environment too, or leave `after` out; there are: -");
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
[repository.environment.gates.backup]
kind = "restic"
path = "/b/*"
time_zone = "Europe/Paris"
on_stale = "take""#,
        "c.toml:16: repository[0].environment[0].gates.backup.take: this key is missing (TW-C006)
  see the commented sample: config/tagwarden.toml
c.toml:18: repository[0].environment[0].gates.backup.path: this key only belongs to kind = \"file\", \"postgres\" (TW-C034)
  take the key out, or change what it belongs to
c.toml:19: repository[0].environment[0].gates.backup.time_zone: this key only belongs to kind = \"borg\", \"postgres\" (TW-C034)
  take the key out, or change what it belongs to",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
[repository.environment.gates.backup]
kind = "file"
checksum = "a/b"
min_size = 0
take = ["x"]"#,
        "c.toml:16: repository[0].environment[0].gates.backup.path: this key is missing (TW-C006)
  see the commented sample: config/tagwarden.toml
c.toml:18: repository[0].environment[0].gates.backup.checksum: `a/b` is not the ending of a file's name (TW-C110)
  write it like sha256
c.toml:19: repository[0].environment[0].gates.backup.min_size: 0 is not between 1 and 9223372036854775807 (TW-C038)
c.toml:20: repository[0].environment[0].gates.backup.take: this key only belongs to on_stale = \"take\" (TW-C034)
  take the key out, or change what it belongs to",
    );
    told(
        r#"approvers = ["user:ana"]"#,
        r#"approvers = ["user:ana"]
[repository.environment.gates.backup]
kind = "borg"
host = "prod-9"
time_zone = "Paris"
[repository.environment.gates.image]
skip = ["a b"]
[[repository.environment.gates.image.registry]]
host = "https://git.example.org"
user = "a:b"
password = { env = "X" }
[[repository.environment.gates.image.registry]]
host = "git.example.org"
user = "deploy""#,
        "c.toml:18: repository[0].environment[0].gates.backup.host: there is no host `prod-9` in this environment (TW-C091)
  name one of: prod-1
c.toml:19: repository[0].environment[0].gates.backup.time_zone: `Paris` is not a time zone (TW-C058)
  write it like Europe/Paris
c.toml:21: repository[0].environment[0].gates.image.skip[0]: `a b` is not the name of a service (TW-C113)
c.toml:23: repository[0].environment[0].gates.image.registry[0].host: `https://git.example.org` is not the name of a registry (TW-C111)
  write it as it stands in image names, such as git.example.org or 127.0.0.1:5000
c.toml:24: repository[0].environment[0].gates.image.registry[0].user: this is not a user's name: it is empty, or has a colon, a space or a letter that is not ASCII (TW-C112)
c.toml:26: repository[0].environment[0].gates.image.registry[1].password: `user` and `password` go together (TW-C087)
  write both or none",
    );
    told(r#"name = "prod-1""#, r#"name = "prod 1""#, "c.toml:17: repository[0].environment[0].host[0].name: `prod 1` is not a plain name for a host (TW-C048)
  use at most 40 letters, digits, `-`, `_` and `.`");
    told(r#"address = "deploy@prod.example.org""#, r#"address = "prod.example.org""#, "c.toml:18: repository[0].environment[0].host[0].address: `prod.example.org` is not an address (TW-C049)
  write login@name:port such as deploy@prod.example.org:22, or local");
    told(r#"host_key = "KEY""#, "", "c.toml:16: repository[0].environment[0].host[0].host_key: the host key is missing; an unknown host is never believed (TW-C050)
  show it with: ssh-keyscan -t ed25519 prod.example.org; compare it on the host itself before you write it here");
    told(r#"host_key = "KEY""#, r#"host_key = "ssh-ed25519 AAAA""#, "c.toml:19: repository[0].environment[0].host[0].host_key: this is not a host key (TW-C051)
  write kind and key, such as ssh-ed25519 AAAA…; possible kinds: ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa");
    told(
        r#"address = "deploy@prod.example.org""#,
        r#"address = "local""#,
        r#"c.toml:19: repository[0].environment[0].host[0].host_key: this key only belongs to address = "login@name" (TW-C034)
  take the key out, or change what it belongs to"#,
    );
    told(r#"directory = "/srv/bridge""#, r#"directory = "/srv/../etc""#, "c.toml:20: repository[0].environment[0].host[0].directory: `/srv/../etc` is not an absolute path without .. (TW-C040)
  write it from the root, such as /srv/bridge");
    told(
        r#"directory = "/srv/bridge""#,
        r#"directory = "/srv/bridge"
[[repository.environment.host]]
name = "PROD-1"
address = "local"
directory = "/srv/b""#,
        "c.toml:22: repository[0].environment[0].host[1].name: `PROD-1` stands here twice (TW-C027)
  give every entry of the list its own name",
    );
    told(r#"directory = "/srv/bridge""#, r#"directory = "/srv/bridge"
[[repository.environment.host]]
name = "prod-2"
address = "deploy@prod.example.org"
host_key = "KEY"
directory = "/srv/bridge/""#, "c.toml:25: repository[0].environment[0].host[1].directory: school/bridge production already deploys into this folder of this host (TW-C052)
  give each environment a folder of its own");
}

#[test]
fn problems_with_deploy_are_told() {
    told(
        r#"recipe = "compose""#,
        r#"recipe = "composer""#,
        "c.toml:22: repository[0].environment[0].deploy.recipe: `composer` is not possible here (TW-C007)
  did you mean: compose",
    );
    told(r#"project = "bridge""#, "", "c.toml:21: repository[0].environment[0].deploy.project: the project name is missing; a guessed one could start everything twice (TW-C054)
  see the name that runs now with: docker compose ls");
    told(
        r#"project = "bridge""#,
        r#"project = "Bridge""#,
        "c.toml:23: repository[0].environment[0].deploy.project: `Bridge` is not a plain name (TW-C044)
  use at most 40 small letters, digits and `-`",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
compose_files = []"#,
        "c.toml:24: repository[0].environment[0].deploy.compose_files: this needs at least one value that is not empty (TW-C009)",
    );
    told(r#"project = "bridge""#, r#"project = "bridge"
compose_files = ["/etc/compose.yml"]"#, "c.toml:24: repository[0].environment[0].deploy.compose_files[0]: `/etc/compose.yml` does not stay in the folder (TW-C041)
  write it from the folder on, such as compose.yml, without ..");
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
settle = "10m""#,
        "c.toml:24: repository[0].environment[0].deploy.settle: `10m` is not between 0s and 5m (TW-C023)",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
migrations = "breaking""#,
        r#"c.toml:24: repository[0].environment[0].deploy.migrations: migrations = "breaking" comes in a later version of tagwarden (TW-C030)
  take it out of the file until then; no key is ever silently ignored"#,
    );
    told(r#"project = "bridge""#, r#"project = "bridge"
env = { "1A" = "x", B = "{branch}", C = "{tag} {}" }"#, "c.toml:24: repository[0].environment[0].deploy.env.1A: this is not the name of a variable (TW-C053)
  use letters, digits and `_`, and no digit first
c.toml:24: repository[0].environment[0].deploy.env.B: nothing is known that could stand for branch in braces (TW-C043)
  what is known: {tag}, {version}, {commit}");
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.deploy.step]]
name = "a"
run = ["b"]"#,
        r#"c.toml:24: repository[0].environment[0].deploy.step: this key only belongs to recipe = "script" (TW-C034)
  take the key out, or change what it belongs to"#,
    );
    told(
        r#"recipe = "compose"
project = "bridge""#,
        r#"recipe = "script""#,
        "c.toml:21: repository[0].environment[0].deploy.step: this needs at least one value that is not empty (TW-C009)",
    );
    told(
        r#"recipe = "compose"
project = "bridge""#,
        r#"recipe = "script"
project = "x"
[[repository.environment.deploy.step]]
name = "a_b"
run = []"#,
        r#"c.toml:23: repository[0].environment[0].deploy.project: this key only belongs to recipe = "compose" (TW-C034)
  take the key out, or change what it belongs to
c.toml:25: repository[0].environment[0].deploy.step[0].name: `a_b` is not a plain name (TW-C044)
  use at most 40 small letters, digits and `-`
c.toml:26: repository[0].environment[0].deploy.step[0].run: this is no command (TW-C042)
  write program and arguments as a list: ["scripts/check", "--fast"]"#,
    );
    told(r#"recipe = "compose"
project = "bridge""#, r#"recipe = "script"
[[repository.environment.deploy.step]]
name = "a"
run = ["x", "{vers}"]
[[repository.environment.deploy.step]]
name = "a"
run = ["x"]
limit = "0s""#, "c.toml:25: repository[0].environment[0].deploy.step[0].run[1]: nothing is known that could stand for vers in braces (TW-C043)
  what is known: {tag}, {version}, {commit}
c.toml:27: repository[0].environment[0].deploy.step[1].name: `a` stands here twice (TW-C027)
  give every entry of the list its own name
c.toml:29: repository[0].environment[0].deploy.step[1].limit: `0s` is not between 1s and 1d (TW-C023)");
}

#[test]
fn problems_with_checks_watch_and_channels_are_told() {
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[repository.environment.healthcheck]"#,
        "c.toml:24: repository[0].environment[0].healthcheck: exactly one of url and run must stand here (TW-C055)",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[repository.environment.healthcheck]
url = "https://a.example/"
run = ["x"]"#,
        "c.toml:24: repository[0].environment[0].healthcheck: exactly one of url and run must stand here (TW-C055)",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[repository.environment.healthcheck]
run = ["x"]
status = 200"#,
        "c.toml:26: repository[0].environment[0].healthcheck.status: this key only belongs to url (TW-C034)
  take the key out, or change what it belongs to",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[repository.environment.healthcheck]
url = "a.example"
status = 20"#,
        "c.toml:25: repository[0].environment[0].healthcheck.url: this is not an HTTP address (TW-C025)
  write it like https://release.example.org
c.toml:26: repository[0].environment[0].healthcheck.status: 20 is not between 100 and 599 (TW-C038)",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.smoke.endpoint]]
url = "https://a.example/"
latency = "1ms""#,
        "c.toml:26: repository[0].environment[0].smoke.endpoint[0].latency: `1ms` is not between 10ms and 2m (TW-C023)",
    );
    told(r#"project = "bridge""#, r#"project = "bridge"
[repository.environment.watch]
duration = "5s""#, "c.toml:24: repository[0].environment[0].watch.every: there is no look within the watch: every (10s) is longer than duration (5s) (TW-C056)
  make every shorter or duration longer");
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "http""#,
        "c.toml:24: repository[0].environment[0].watch.signal[0].url: this key is missing (TW-C006)
  see the commented sample: config/tagwarden.toml",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "container"
url = "https://a.example/""#,
        r#"c.toml:26: repository[0].environment[0].watch.signal[0].url: this key only belongs to kind = "http" (TW-C034)
  take the key out, or change what it belongs to"#,
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "container"
fail_after = 0"#,
        "c.toml:26: repository[0].environment[0].watch.signal[0].fail_after: 0 is not between 1 and 1000 (TW-C038)",
    );
    told(r#"project = "bridge""#, r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "container"
fail_after = 500"#, "c.toml:26: repository[0].environment[0].watch.signal[0].fail_after: this can never fail: 500 bad looks in a row do not fit into 30m (TW-C057)
  make fail_after or watch.every smaller");
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "log"
fatal = [""]"#,
        "c.toml:26: repository[0].environment[0].watch.signal[0].fatal: this needs at least one value that is not empty (TW-C009)",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "prometheus""#,
        r#"c.toml:25: repository[0].environment[0].watch.signal[0].kind: kind = "prometheus" comes in a later version of tagwarden (TW-C030)
  take it out of the file until then; no key is ever silently ignored"#,
    );
    told(r#"project = "bridge""#, r#"project = "bridge"
[[repository.environment.watch.signal]]
kind = "container"
[[repository.environment.watch.signal]]
kind = "container""#, "c.toml:26: repository[0].environment[0].watch.signal[1].name: `container` stands here twice (TW-C027)
  give every entry of the list its own name");
    told(
        r#"recipe = "compose"
project = "bridge""#,
        r#"recipe = "script"
[[repository.environment.deploy.step]]
name = "a"
run = ["x"]
[[repository.environment.watch.signal]]
kind = "container""#,
        r#"c.toml:27: repository[0].environment[0].watch.signal[0].kind: this key only belongs to recipe = "compose" (TW-C034)
  take the key out, or change what it belongs to"#,
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[notify]]
kind = "ntfy"
url = { env = "X" }"#,
        r#"c.toml:25: notify[0].kind: kind = "ntfy" comes in a later version of tagwarden (TW-C030)
  take it out of the file until then; no key is ever silently ignored"#,
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[notify]]
kind = "slack"
url = { env = "X" }
[[notify]]
kind = "slack"
url = { env = "Y" }"#,
        "c.toml:27: notify[1].name: `slack` stands here twice (TW-C027)
  give every entry of the list its own name",
    );
    told(
        r#"project = "bridge""#,
        r#"project = "bridge"
[[notify]]
kind = "slack"
url = "https://hooks.example.org/hunter2hunter2""#,
        r#"c.toml:26: notify[0].url: a secret must not stand here in plain text (TW-C015)
  keep it elsewhere and point to it: url = { credential = "name" }, { file = "/path" } or { env = "NAME" }; whoever could read this file may know the secret, so change it"#,
    );
}

#[test]
fn problems_with_times_in_calendars_are_told() {
    told(r#"time_zone = "Europe/Paris""#, r#"time_zone = "Europe/Paris"
closed = [ { name = "weekend", days = ["Fri"], from = "Fri 16:00", to = "Mon 07:00" } ]"#, "c.toml:10: calendar[0].closed[0].days: a window that runs from one day of the week to another has no `days` (TW-C070)
  leave `days` out, or write plain times such as 22:00");
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
closed = [ { name = "weekend", from = "Fri 16:00", to = "07:00" } ]"#,
        "c.toml:10: calendar[0].closed[0].to: `07:00` is no time of the week (TW-C075)
  write it as Fri 16:00",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
closed = [ { name = "weekend", from = "Fre 16:00", to = "Fri 25:00" } ]"#,
        "c.toml:10: calendar[0].closed[0].from: `Fre` is no day of the week (TW-C074)
  use Mon, Tue, Wed, Thu, Fri, Sat or Sun
c.toml:10: calendar[0].closed[0].to: `25:00` is no time of day (TW-C073)
  write it as 07:30, from 00:00 to 24:00",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
open = [ { name = "day", days = ["Mon", "lundi"], from = "7:00", to = "07:00" } ]"#,
        "c.toml:10: calendar[0].open[0].from: `7:00` is no time of day (TW-C073)
  write it as 07:30, from 00:00 to 24:00
c.toml:10: calendar[0].open[0].days[1]: `lundi` is no day of the week (TW-C074)
  use Mon, Tue, Wed, Thu, Fri, Sat or Sun",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
open = [ { name = "day", from = "07:00", to = "07:00" } ]"#,
        "c.toml:10: calendar[0].open[0].to: it ends when or before it begins (TW-C072)
  let `to` differ from `from`; a whole day runs from 00:00 to 24:00",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
open = [ { name = "", from = "07:00" } ]"#,
        "c.toml:10: calendar[0].open[0].to: this key is missing (TW-C006)
  see the commented sample: config/tagwarden.toml
c.toml:10: calendar[0].open[0].name: this needs at least one value that is not empty (TW-C009)",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
[[calendar.freeze]]
name = "a"
from = "2026-12-01T08:00+01:00"
[[calendar.freeze]]
name = "b"
from = "2026-12-02T08:00"
to = "2026-12-01T08:00""#,
        "c.toml:12: calendar[0].freeze[0].from: `2026-12-01T08:00+01:00` is no wall time (TW-C071)
  write it as 2026-12-01T08:00, without an offset: the calendar's time_zone counts
c.toml:16: calendar[0].freeze[1].to: it ends when or before it begins (TW-C072)
  let `to` differ from `from`; a whole day runs from 00:00 to 24:00",
    );
    told(
        r#"time_zone = "Europe/Paris""#,
        r#"time_zone = "Europe/Paris"
[[calendar.freeze]]
name = "a"
from = "2026-02-30T08:00"
to = 2026-12-01T08:00:00"#,
        "c.toml:12: calendar[0].freeze[0].from: `2026-02-30T08:00` is no wall time (TW-C071)
  write it as 2026-12-01T08:00, without an offset: the calendar's time_zone counts
c.toml:13: calendar[0].freeze[0].to: this should be a text in quotes (TW-C010)",
    );
}
