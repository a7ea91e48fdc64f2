//! The configuration as its writers meet it: the sample, every problem in words, and secrets that never show.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "config/mutations.rs"]
mod mutations;
#[path = "config/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tagwarden::config::{self, Address, Check, Config, Problems, Recipe, SignalSource};
use tagwarden::messages::{self, Language};
use tempfile::TempDir;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdjO9ESRYqrpPHIlS0aT1BBVnUTGyQDSDEsbIBWVGTO";

/// A good, short configuration; `{…}` marks stand on lines of their own so that tests can replace lines.
const GOOD: &str = r#"[server]
public_url = "https://release.example.org"
[forge]
url = "https://git.example.org"
token = { env = "TOKEN" }
webhook_secrets = [ { env = "SECRET" } ]
[[calendar]]
name = "school"
time_zone = "Europe/Paris"
[[repository]]
name = "school/bridge"
[[repository.environment]]
name = "production"
calendars = ["school"]
approvers = ["user:ana"]
[[repository.environment.host]]
name = "prod-1"
address = "deploy@prod.example.org"
host_key = "KEY"
directory = "/srv/bridge"
[repository.environment.deploy]
recipe = "compose"
project = "bridge"
"#;

fn good() -> String {
    GOOD.replace("KEY", KEY)
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/tagwarden.toml")
}

/// Loads `text` without secrets from a file called `c.toml`.
fn load(text: &str) -> Result<Config, Problems> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, text).unwrap();
    config::load_without_secrets(&file)
}

/// Returns every problem of `text` as the terminal shows it, without the folder of the file.
fn problems(text: &str, language: Language) -> String {
    let problems = load(text).expect_err("the text has no problem");
    let folder = format!("{}/", problems.file.parent().unwrap().display());
    let mut out = String::new();
    for located in problems.located() {
        let worded = messages::word_located(language, &located);
        writeln!(out, "{}", worded.what.replace(&folder, "")).unwrap();
        if let Some(hint) = worded.hint {
            writeln!(out, "  {hint}").unwrap();
        }
    }
    out
}

/// Every line of the sample that may be left out, taken in.
fn everything_of_the_sample() -> String {
    let text = std::fs::read_to_string(sample()).unwrap();
    text.lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => format!("{key}\n"),
            Some(_) | None => format!("{line}\n"),
        })
        .collect()
}

fn keys_of_schema(schema: &Value, at: &str, keys: &mut BTreeSet<String>) {
    for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let place = format!("{at}.{key}");
        // A secret is pointed to in one of three ways; the sample tells of all three once, in words.
        if inner.get("x-secret").is_none() && inner.pointer("/items/x-secret").is_none() {
            keys_of_schema(inner, &place, keys);
            keys_of_schema(inner.get("items").unwrap_or(&Value::Null), &place, keys);
        }
        keys.insert(place);
    }
}

fn keys_of_file(value: &toml::Value, at: &str, keys: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                let place = format!("{at}.{key}");
                keys_of_file(inner, &place, keys);
                keys.insert(place);
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| keys_of_file(item, at, keys)),
        _ => {}
    }
}

#[test]
fn the_kept_schema_is_the_one_of_the_types() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/tagwarden.schema.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    let advice = "run: cargo run -- config schema > new.json && mv new.json config/tagwarden.schema.json";
    assert!(kept == config::schema(), "the types have changed; {advice}");
}

#[test]
fn the_hook_needs_neither_secrets_nor_calendars() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, good().replace("Europe/Paris", "Nowhere/Else")).unwrap();
    let config = config::load_for_hook(&file).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.repositories[0].environments[0].calendars, ["school"]);
    assert!(config.calendars.is_empty());
    assert!(config::load_without_secrets(&file).is_err());
}

#[test]
fn the_sample_is_good() {
    let config = config::load_without_secrets(&sample()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.repositories.len(), 1);
}

#[test]
fn the_sample_names_every_key_of_the_schema() {
    let mut known = BTreeSet::new();
    keys_of_schema(&config::schema(), "", &mut known);
    assert!(known.len() > 90, "the schema was not read: {known:?}");
    let mut named = BTreeSet::new();
    let all: toml::Table = everything_of_the_sample().parse().unwrap();
    keys_of_file(&toml::Value::Table(all), "", &mut named);
    let missing: Vec<&String> = known.difference(&named).collect();
    assert!(missing.is_empty(), "not in the sample: {missing:?}");
}

#[test]
fn what_the_sample_leaves_out_is_right_except_for_what_needs_more_around_it() {
    let Problems { list, .. } = load(&everything_of_the_sample()).expect_err("some keys exclude each other");
    let ids: BTreeSet<&str> = list.iter().map(|problem| problem.notice.id.as_str()).collect();
    // TW-C034 = allowed_signers without `signed = "required"`, keys of other kinds; TW-C103 = the sample writes no staging.
    assert_eq!(ids, BTreeSet::from(["TW-C034", "TW-C103"]), "{list:#?}");
}

#[test]
fn the_defaults_that_the_sample_names_are_the_defaults() {
    let text = std::fs::read_to_string(sample()).unwrap();
    let without: String =
        text.lines().filter(|line| !line.contains("# default")).map(|l| format!("{l}\n")).collect();
    let left_out = text.lines().count() - without.lines().count();
    assert!(left_out > 20, "the sample names {left_out} defaults");
    let differing = ["self_approval", "compose_files", "latency = \"2s\""];
    let same: String = text
        .lines()
        .filter(|line| !differing.iter().any(|d| line.contains(d)))
        .map(|l| format!("{l}\n"))
        .collect();
    let (with, without) = (load(&same), load(&without));
    let (with, without) = (with.unwrap_or_else(|p| panic!("{p}")), without.unwrap_or_else(|p| panic!("{p}")));
    assert_eq!(format!("{with:#?}"), format!("{without:#?}"));
}

#[test]
fn a_short_configuration_means_what_the_sample_says() {
    let config = load(&good()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.server.control_socket, Path::new("/var/lib/tagwarden/control.sock"));
    let environment = &config.repositories[0].environments[0];
    assert_eq!((environment.approvals, environment.self_approval), (1, false));
    assert_eq!(environment.watch.duration, Duration::from_secs(1800));
    assert!(
        matches!(&environment.hosts[0].address, Address::Ssh { port: 22, host_key, .. } if host_key == KEY)
    );
    assert!(matches!(&environment.deploy.recipe, Recipe::Compose { files, .. } if files == &["compose.yml"]));
    assert!(matches!(environment.watch.signals[..], [ref only] if only.source == SignalSource::Container));
}

#[test]
fn without_signals_the_health_check_and_the_containers_are_watched() {
    let text = good()
        + "[repository.environment.healthcheck]\nurl = \"https://b.example.org/health\"\ncontains = \"ok\"\n[repository.environment.watch]\nduration = \"2s\"\nevery = \"1s\"\n";
    let config = load(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let environment = &config.repositories[0].environments[0];
    let Some(Check::Http(health)) = &environment.healthcheck else { panic!("{:?}", environment.healthcheck) };
    let [first, second] = &environment.watch.signals[..] else { panic!("{:?}", environment.watch.signals) };
    let SignalSource::Http(watched) = &first.source else { panic!("{first:?}") };
    assert_eq!((&watched.url, &watched.contains), (&health.url, &health.contains));
    assert_eq!((first.name.as_str(), first.fail_after), ("healthcheck", 2));
    assert_eq!((second.name.as_str(), &second.source), ("container", &SignalSource::Container));
}

#[test]
fn what_may_surprise_is_a_warning_and_no_problem() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    let script = "recipe = \"script\"\n[[repository.environment.deploy.step]]\nname = \"a\"\nrun = [\"b\"]";
    let text = good()
        .replace("https://git.", "http://git.")
        .replace("recipe = \"compose\"\nproject = \"bridge\"", script);
    for (text, expected) in [
        (good(), vec![("TW-C064", 12)]),
        (text, vec![("TW-C065", 4), ("TW-C064", 12), ("TW-C063", 12)]),
        (std::fs::read_to_string(sample()).unwrap(), vec![]),
    ] {
        std::fs::write(&file, text).unwrap();
        let (_, warnings) = config::check(&file, false).unwrap_or_else(|problems| panic!("{problems}"));
        let told: Vec<(&str, usize)> =
            warnings.iter().map(|warning| (warning.notice.id.as_str(), warning.line.unwrap())).collect();
        assert_eq!(told, expected);
    }
}

#[test]
fn every_problem_is_told_in_one_list_with_its_line() {
    let text = good()
        .replace("approvers", "aprovers")
        .replace("[\"school\"]", "[\"schol\"]")
        .replace("Europe/Paris", "Europe/Pari")
        .replace("/srv/bridge", "srv/bridge");
    assert_eq!(
        problems(&text, Language::En),
        "c.toml:9: calendar[0].time_zone: `Europe/Pari` is not a time zone (TW-C058)
  write it like Europe/Paris
c.toml:14: repository[0].environment[0].calendars[0]: there is no calendar `schol` (TW-C046)
  did you mean: school
c.toml:15: repository[0].environment[0].aprovers: this key does not exist here (TW-C003)
  did you mean: approvers
c.toml:20: repository[0].environment[0].host[0].directory: `srv/bridge` is not an absolute path without .. (TW-C040)
  write it from the root, such as /srv/bridge
"
    );
}

#[test]
fn problems_are_told_in_french_too() {
    let text = good()
        .replace("approvers", "aprovers")
        .replace("Europe/Paris", "Paris")
        .replace(
            "[repository.environment.deploy]",
            "[[repository.environment.watch.signal]]\nkind = \"grafana\"\n[repository.environment.deploy]",
        )
        .replace("{ env = \"TOKEN\" }", "\"hunter2hunter2\"");
    assert_eq!(
        problems(&text, Language::Fr),
        "c.toml:5: forge.token: un secret ne doit pas figurer ici en clair (TW-C015)
  gardez-le ailleurs et indiquez où : token = { credential = \"name\" }, { file = \"/path\" } ou { env = \"NAME\" } ; qui pouvait lire ce fichier connaît peut-être le secret, changez-le
c.toml:9: calendar[0].time_zone: `Paris` n'est pas un fuseau horaire (TW-C058)
  écrivez-le comme Europe/Paris
c.toml:15: repository[0].environment[0].aprovers: cette clé n'existe pas ici (TW-C003)
  vouliez-vous dire : approvers
c.toml:22: repository[0].environment[0].watch.signal[0].kind: kind = \"grafana\" arrivera dans une version future de tagwarden (TW-C030)
  retirez-le du fichier en attendant ; aucune clé n'est jamais ignorée en silence
"
    );
}

#[test]
fn a_secret_that_stands_in_the_file_is_never_repeated() {
    const CANARY: &str = "canary-5f0c9d";
    for (line, instead) in [
        ("token = { env = \"TOKEN\" }", "token = \"CANARY\""),
        ("token = { env = \"TOKEN\" }", "token = CANARY"),
        ("token = { env = \"TOKEN\" }", "token = 'CANARY"),
        ("token = { env = \"TOKEN\" }", "token = \"\"\"\nCANARY"),
        ("token = { env = \"TOKEN\" }", "token = [\"CANARY\"]"),
        ("token = { env = \"TOKEN\" }", "token = { value = \"CANARY\" }"),
        ("token = { env = \"TOKEN\" }", "token = { env = \"CANARY\" }"),
        ("token = { env = \"TOKEN\" }", "token = { env = \"canary5f0c9d\" }"),
        ("token = { env = \"TOKEN\" }", "token = { credential = \"CANARY\" }"),
        ("token = { env = \"TOKEN\" }", "token = { file = \"CANARY\" }"),
        ("token = { env = \"TOKEN\" }", "token = { file = \"/CANARY\" }"),
        ("webhook_secrets = [ { env = \"SECRET\" } ]", "webhook_secrets = \"CANARY\""),
        ("webhook_secrets = [ { env = \"SECRET\" } ]", "webhook_secrets = [ \"CANARY\", 'CANARY' ]"),
        ("webhook_secrets = [ { env = \"SECRET\" } ]", "webhook_secrets = [ \"CANARY ]"),
        ("url = \"https://git.example.org\"", "url = \"https://ana:CANARY@git.example.org\""),
        (
            "name = \"school/bridge\"",
            "name = \"school/bridge\"\nclone_url = \"https://ana:CANARY@git.example.org/a.git\"",
        ),
        (
            "name = \"school/bridge\"",
            "name = \"school/bridge\"\nclone_url = \"https://CANARY@git.example.org/a.git\"",
        ),
        (
            "project = \"bridge\"",
            "project = \"bridge\"\n[[notify]]\nkind = \"slack\"\nurl = \"https://h.example/CANARY\"",
        ),
    ] {
        let good = good();
        assert!(good.contains(line), "{line}");
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("c.toml");
        std::fs::write(&file, good.replacen(line, &instead.replace("CANARY", CANARY), 1)).unwrap();
        let problems = config::load(&file).expect_err(instead);
        let worded: Vec<_> =
            problems.located().iter().map(|one| messages::word_located(Language::En, one)).collect();
        let all = format!("{problems} {problems:?} {worded:?}");
        assert!(!all.contains(CANARY) && !all.contains("canary5f0c9d"), "{instead}: {all}");
    }
}

#[test]
fn a_secret_is_read_from_a_file_without_its_line_end_and_prints_as_nothing() {
    let folder = TempDir::new().unwrap();
    let secret = "a-good-secret-of-thirty-two-bytes";
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        format!("{{ file = \"{}\" }}", folder.path().join(name).display())
    };
    let file = folder.path().join("c.toml");
    let load = |token: &str, webhook: &str| {
        let text = good().replace("{ env = \"TOKEN\" }", token).replace("{ env = \"SECRET\" }", webhook);
        std::fs::write(&file, text).unwrap();
        config::load(&file)
    };
    let (token, webhook) = (write("token", b"abc\n"), write("webhook", format!("{secret}\r\n").as_bytes()));
    let config = load(&token, &webhook).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.forge.token.reveal(), "abc");
    assert_eq!(config.forge.webhook_secrets[0].reveal(), secret);
    assert!(!format!("{config:?}").contains(secret));
    for (name, bytes, id) in [
        ("empty", &b" \n"[..], "TW-C059"),
        ("short", b"twenty-three-bytes-long", "TW-C021"),
        ("lines", b"one-line-of-a-secret-and\nanother", "TW-C060"),
        ("binary", b"\xff\xfe-a-good-secret-of-thirty-two", "TW-C060"),
    ] {
        let problems = load(&token, &write(name, bytes)).expect_err(name);
        assert_eq!(problems.list[0].notice.id, id, "{name}");
        assert_eq!(problems.list.len(), 1, "{problems}");
    }
    let missing = load(&token, "{ file = \"/nowhere/at/all\" }").expect_err("there is no such file");
    assert_eq!(missing.list[0].notice.id, "TW-C018");
}

#[test]
fn without_secrets_the_same_file_is_good_where_no_secret_is() {
    assert!(load(&good()).is_ok());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, good()).unwrap();
    let ids: Vec<String> =
        config::load(&file).expect_err("no variable is set").list.into_iter().map(|p| p.notice.id).collect();
    assert_eq!(ids, ["TW-C019", "TW-C019"]);
}

#[test]
fn a_file_that_is_no_text_or_too_large_is_a_problem_and_nothing_worse() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("c.toml");
    for (bytes, id) in
        [(vec![0xff; 10], "TW-C001"), (vec![b'#'; 5 * 1024 * 1024], "TW-C005"), (vec![0; 10], "TW-C002")]
    {
        std::fs::write(&file, bytes).unwrap();
        let problems = config::load_without_secrets(&file).expect_err(id);
        assert_eq!(problems.list[0].notice.id, id);
    }
    let problems = config::load_without_secrets(folder.path()).expect_err("it is a folder");
    assert_eq!(problems.list[0].notice.id, "TW-C001");
}
