//! Images in registries: every answer that one can give, and what is shown to whom on the way.

#![expect(clippy::unwrap_used, reason = "what a test cannot prepare fails it, as it should")]

#[path = "registry/resolve.rs"]
mod resolve;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};
use tagwarden::config::{Registry as Access, Secret};
use tagwarden::domain::image::{Digest, ImageName};
use tagwarden::registry::{Answer, Registries};
use tagwarden::signals::http;

const BODY: &str = r#"{"schemaVersion":2}"#;

/// A server that answers as it is told, and remembers what it was asked; it speaks no TLS.
struct Fake {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn start(answer: impl Fn(&str, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let known = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Some(head) = head(&mut stream) else { continue };
                let line = head.lines().next().unwrap().to_owned();
                let text = answer(&line, &head);
                known.lock().unwrap().push(head);
                let _ = stream.write_all(text.as_bytes());
            }
        });
        Self { address, seen }
    }

    /// The requests, as `method path authorization`.
    fn asked(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let one = |head: &String| {
            let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
            format!("{line} {}", authorization(head).unwrap_or("-"))
        };
        seen.iter().map(one).collect()
    }

    async fn find(&self, name: &str, login: Option<(&str, &str)>) -> Answer {
        let login = login.map(|(user, password)| (user.to_owned(), Secret::new(password)));
        let access = [Access { host: self.address.to_string(), login, plain_http: true }];
        find(&format!("{}/{name}", self.address), &access).await
    }
}

async fn find(image: &str, access: &[Access]) -> Answer {
    find_beside("https://git.example.org", image, access).await
}

async fn find_beside(forge: &str, image: &str, access: &[Access]) -> Answer {
    let client = http::client().unwrap();
    Registries::new(&client, access, forge).find(&ImageName::parse(image).unwrap()).await
}

/// A registry that is listed, and nothing more.
fn listed(host: impl ToString) -> [Access; 1] {
    [Access { host: host.to_string(), login: None, plain_http: false }]
}

/// Reads a request's head; nothing when it is no HTTP.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 1024];
    while !bytes.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
        if !bytes[0].is_ascii_alphabetic() {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

fn authorization(head: &str) -> Option<&str> {
    head.lines().find_map(|line| line.strip_prefix("authorization: "))
}

fn said(status: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn digest_of(body: &str) -> Digest {
    Digest::parse(&format!("sha256:{}", hex::encode(Sha256::digest(body)))).unwrap()
}

fn there() -> String {
    said("200 OK", &[("docker-content-digest", digest_of(BODY).as_str())], "")
}

#[tokio::test]
async fn a_status_means_there_missing_denied_or_unknown_and_nothing_else() {
    for (status, expected) in [
        ("404 Not Found", Answer::Absent),
        ("403 Forbidden", Answer::Denied { login: false }),
        ("401 Unauthorized", Answer::Denied { login: false }),
    ] {
        let fake = Fake::start(move |_, _| said(status, &[], ""));
        assert_eq!(fake.find("a:v1", None).await, expected, "{status}");
    }
    for status in ["429 Too Many", "500 Oops", "503 Busy", "418 Teapot", "400 Bad Request"] {
        let fake = Fake::start(move |_, _| said(status, &[], ""));
        assert!(matches!(fake.find("a:v1", None).await, Answer::Unknown { .. }), "{status}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(find(&format!("{nobody}/a:v1"), &listed(nobody)).await, Answer::Unknown { .. }));
    let fake = Fake::start(|_, _| there());
    assert_eq!(fake.find("team/a:v1", None).await, Answer::Found(digest_of(BODY)));
    assert_eq!(fake.asked(), ["HEAD /v2/team/a/manifests/v1 -"]);
    let accepted = fake.seen.lock().unwrap()[0].clone();
    for kind in
        ["oci.image.index.v1", "manifest.list.v2", "oci.image.manifest.v1", "distribution.manifest.v2"]
    {
        assert!(accepted.contains(kind), "{accepted}");
    }
}

#[tokio::test]
async fn a_registry_on_this_machine_that_speaks_no_tls_is_asked_in_clear() {
    let fake = Fake::start(|_, _| there());
    let answer = find(&format!("{}/a:v1", fake.address), &listed(fake.address)).await;
    assert_eq!(answer, Answer::Found(digest_of(BODY)));
}

#[tokio::test]
async fn a_registry_that_nobody_listed_is_never_asked() {
    let fake = Fake::start(|_, _| there());
    let image = format!("{}/a:hunter2", fake.address);
    let other = listed("git.example.org:5000");
    for access in [&other[..], &[]] {
        assert_eq!(find(&image, access).await, Answer::Unlisted);
    }
    assert_eq!(fake.asked(), Vec::<String>::new());
    let forge = format!("http://{}/", fake.address);
    assert_eq!(find_beside(&forge, &image, &other).await, Answer::Found(digest_of(BODY)));
    assert_eq!(find(&image, &listed(fake.address)).await, Answer::Found(digest_of(BODY)));
}

#[tokio::test]
async fn a_body_is_compared_with_the_digest_that_is_claimed_for_it() {
    let other = digest_of("something else");
    for (first, second, expected) in [
        ("405 No", said("200 OK", &[], BODY), Some(digest_of(BODY))),
        (
            "501 No",
            said("200 OK", &[("docker-content-digest", digest_of(BODY).as_str())], BODY),
            Some(digest_of(BODY)),
        ),
        ("200 OK", said("200 OK", &[("docker-content-digest", other.as_str())], BODY), None),
        ("200 OK", said("200 OK", &[("docker-content-digest", "sha256:short")], BODY), Some(digest_of(BODY))),
    ] {
        let fake = Fake::start(move |line, _| match line.starts_with("HEAD") {
            true => said(first, &[], ""),
            false => second.clone(),
        });
        let answer = fake.find("a:v1", None).await;
        match expected {
            Some(digest) => assert_eq!(answer, Answer::Found(digest)),
            None => assert!(matches!(answer, Answer::Wrong { .. }), "{answer:?}"),
        }
    }
    // A manifest that is asked for by its digest is that one, or a lie.
    let fake = Fake::start(|_, _| there());
    assert_eq!(fake.find(&format!("a@{}", digest_of(BODY)), None).await, Answer::Found(digest_of(BODY)));
    assert!(matches!(fake.find(&format!("a@{other}"), None).await, Answer::Wrong { .. }));
    let cut = Fake::start(|line, _| match line.starts_with("HEAD") {
        true => said("200 OK", &[], ""),
        false => said("200 OK", &[], BODY).replace("content-length: 19", "content-length: 99"),
    });
    assert!(matches!(cut.find("a:v1", None).await, Answer::Unknown { .. }));
}

/// A registry that hands out tokens, to whom shows the login when one is wanted; `key` names the token in its answer.
fn with_tokens(key: &'static str, wanted: Option<&'static str>) -> Fake {
    Fake::start(move |line, head| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let shown = authorization(head);
        if line.contains("/token?") {
            return match wanted.is_none_or(|wanted| shown == Some(wanted)) {
                true => said("200 OK", &[], &format!("{{\"{key}\":\"abc.def\"}}")),
                false => said("401 Unauthorized", &[], ""),
            };
        }
        if shown == Some("Bearer abc.def") {
            return there();
        }
        let wanted =
            format!("Bearer realm=\"http://{host}/v2/token\",service=\"container_registry\",scope=\"*\"");
        said("401 Unauthorized", &[("www-authenticate", &wanted)], "")
    })
}

#[tokio::test]
async fn a_token_is_asked_for_where_the_registry_says_with_the_login_when_there_is_one() {
    let open = with_tokens("access_token", None);
    assert_eq!(open.find("team/a:v1", None).await, Answer::Found(digest_of(BODY)));
    let closed = with_tokens("token", Some("Basic ZGVwbG95OnB3"));
    assert_eq!(closed.find("team/a:v1", Some(("deploy", "pw"))).await, Answer::Found(digest_of(BODY)));
    assert_eq!(
        closed.asked(),
        [
            "HEAD /v2/team/a/manifests/v1 -",
            "GET /v2/token?scope=*&service=container_registry Basic ZGVwbG95OnB3",
            "HEAD /v2/team/a/manifests/v1 Bearer abc.def",
        ]
    );
    assert_eq!(closed.find("team/a:v1", None).await, Answer::Denied { login: false });
    assert_eq!(closed.find("team/a:v1", Some(("deploy", "other"))).await, Answer::Denied { login: true });
    let mute = with_tokens("nothing", None);
    assert!(matches!(mute.find("team/a:v1", None).await, Answer::Unknown { .. }));
}

#[tokio::test]
async fn without_a_scope_in_the_challenge_pulling_is_asked_for() {
    let fake = Fake::start(|line, head| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let wanted = format!("Bearer realm=\"http://{host}/token?a=b\"");
        match (line.contains("/token?"), authorization(head)) {
            (true, _) => said("200 OK", &[], "{\"token\":\"t\"}"),
            (false, Some(_)) => there(),
            (false, None) => said("401 Unauthorized", &[("www-authenticate", &wanted)], ""),
        }
    });
    assert_eq!(fake.find("team/a:v1", None).await, Answer::Found(digest_of(BODY)));
    assert_eq!(fake.asked()[1], "GET /token?a=b&scope=repository%3Ateam%2Fa%3Apull -");
}

#[tokio::test]
async fn nobody_else_is_ever_shown_the_login() {
    // A realm elsewhere in clear.
    let thief = Fake::start(|_, _| said("200 OK", &[], "{\"token\":\"t\"}"));
    let realm = format!("Bearer realm=\"http://{}/token\"", thief.address);
    let fake = Fake::start(move |_, _| said("401 Unauthorized", &[("www-authenticate", &realm)], ""));
    let answer = fake.find("a:v1", Some(("deploy", "pw"))).await;
    assert!(matches!(answer, Answer::Unknown { .. }), "{answer:?}");
    assert_eq!(thief.asked(), Vec::<String>::new());
    // A redirect elsewhere, which then wants a login itself.
    let thief = Fake::start(|_, head| match authorization(head) {
        Some(_) => there(),
        None => said("401 Unauthorized", &[("www-authenticate", "Basic realm=\"give\"")], ""),
    });
    let place = format!("http://{}/v2/a/manifests/v1", thief.address);
    let fake = Fake::start(move |_, head| match authorization(head) {
        Some(_) => said("307 There", &[("location", &place)], ""),
        None => said("401 Unauthorized", &[("www-authenticate", "Basic realm=\"r\"")], ""),
    });
    let answer = fake.find("a:v1", Some(("deploy", "pw"))).await;
    assert_eq!(answer, Answer::Denied { login: true });
    assert_eq!(thief.asked(), ["HEAD /v2/a/manifests/v1 -"]);
}

#[tokio::test]
async fn a_redirect_is_followed_and_a_circle_is_left() {
    let far = Fake::start(|_, _| there());
    let place = format!("http://{}/elsewhere", far.address);
    let fake = Fake::start(move |_, _| said("307 There", &[("location", &place)], ""));
    assert_eq!(fake.find("a:v1", None).await, Answer::Found(digest_of(BODY)));
    assert_eq!(far.asked(), ["HEAD /elsewhere -"]);
    let circle = Fake::start(|_, _| said("302 There", &[("location", "/v2/a/manifests/v1")], ""));
    assert!(matches!(circle.find("a:v1", None).await, Answer::Unknown { .. }));
    assert_eq!(circle.asked().len(), 6);
    let odd = Fake::start(|_, _| said("302 There", &[("location", "file:///etc/passwd")], ""));
    assert!(matches!(odd.find("a:v1", None).await, Answer::Unknown { .. }));
}

mod tier2 {
    use std::fs;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// `deploy` and `pw`, as htpasswd writes them.
    const LOGIN: &str = "deploy:$2y$05$Bise0w27fvG/imCAtjcluOpHn48APEYT39mRQ3PO0jf5MuhOvhQwy";

    /// A real registry.
    struct Real {
        address: String,
        _folder: tempfile::TempDir,
        child: Child,
    }

    impl Drop for Real {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    impl Real {
        fn start(auth: bool) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let root = folder.path().display();
            fs::write(folder.path().join("htpasswd"), format!("{LOGIN}\n")).unwrap();
            let auth = match auth {
                true => format!("auth: {{htpasswd: {{realm: test, path: {root}/htpasswd}}}}\n"),
                false => String::new(),
            };
            let text = format!(
                "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {root}/store}}}}\nhttp: {{addr: \"{address}\"}}\n{auth}"
            );
            fs::write(folder.path().join("registry.yml"), text).unwrap();
            let child = Command::new("docker-registry")
                .arg("serve")
                .arg(folder.path().join("registry.yml"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let began = Instant::now();
            while TcpStream::connect(&address).is_err() {
                assert!(began.elapsed() < Duration::from_secs(30), "the registry does not listen");
                std::thread::yield_now();
            }
            Self { address, _folder: folder, child }
        }

        /// Puts an image there that holds nothing; returns its digest.
        async fn push(&self, repository: &str, tag: &str) -> Digest {
            let client = http::client().unwrap();
            let login = |request: reqwest::RequestBuilder| request.basic_auth("deploy", Some("pw"));
            let config = "{}";
            let url = format!("http://{}/v2/{repository}/blobs/uploads/", self.address);
            let begun = login(client.post(url)).send().await.unwrap();
            let place = begun.headers()["location"].to_str().unwrap().to_owned();
            let place = format!("{place}&digest={}", digest_of(config));
            let put =
                login(client.put(place)).header("content-type", "application/octet-stream").body(config);
            assert_eq!(put.send().await.unwrap().status(), 201);
            let kind = "application/vnd.oci.image.manifest.v1+json";
            let manifest = format!(
                r#"{{"schemaVersion":2,"mediaType":"{kind}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":2}},"layers":[],"annotations":{{"tag":"{tag}"}}}}"#,
                digest_of(config)
            );
            let url = format!("http://{}/v2/{repository}/manifests/{tag}", self.address);
            let put = login(client.put(url)).header("content-type", kind).body(manifest.clone());
            assert_eq!(put.send().await.unwrap().status(), 201);
            digest_of(&manifest)
        }

        fn access(&self, password: &str) -> Access {
            let login = Some(("deploy".to_owned(), Secret::new(password)));
            Access { host: self.address.clone(), login, plain_http: true }
        }
    }

    #[tokio::test]
    #[ignore = "tier 2: registry"]
    async fn a_real_registry_tells_what_is_there_and_what_is_not() {
        let real = Real::start(false);
        let digest = real.push("team/app", "v1").await;
        let name = |rest: &str| format!("{}/team/{rest}", real.address);
        assert_eq!(find(&name("app:v1"), &listed(&real.address)).await, Answer::Found(digest.clone()));
        assert_eq!(
            find(&name(&format!("app:v9@{digest}")), &listed(&real.address)).await,
            Answer::Found(digest.clone())
        );
        assert_eq!(find(&name("app:v2"), &listed(&real.address)).await, Answer::Absent);
        assert_eq!(find(&name("other:v1"), &listed(&real.address)).await, Answer::Absent);
    }

    #[tokio::test]
    #[ignore = "tier 2: registry"]
    async fn a_real_registry_with_a_login_lets_in_who_has_it() {
        let real = Real::start(true);
        let digest = real.push("team/app", "v1").await;
        let name = format!("{}/team/app:v1", real.address);
        assert_eq!(find(&name, &[real.access("pw")]).await, Answer::Found(digest));
        assert_eq!(find(&name, &[real.access("other")]).await, Answer::Denied { login: true });
        assert_eq!(find(&name, &listed(&real.address)).await, Answer::Denied { login: false });
        let missing = format!("{}/team/app:v2", real.address);
        assert_eq!(find(&missing, &[real.access("pw")]).await, Answer::Absent);
    }
}
