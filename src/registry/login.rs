//! What is shown to a registry that asks for it: a login, or a token that its realm hands out for one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::manifest::refused;
use super::{Answer, Challenge, Door, Registries, Trouble, challenges, innermost};
use crate::domain::image::ImageName;

/// The most bytes of a realm's answer; a token with many claims has a few thousand.
const LARGEST: usize = 256 * 1024;

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Registries<'_> {
    /// Returns what to show after the answer 401 of `url`.
    pub(super) async fn what_is_wanted(
        &self,
        door: &Door<'_>,
        image: &ImageName,
        url: &Url,
        headers: &HeaderMap,
    ) -> Result<String, Trouble> {
        let wanted: Vec<Challenge> = headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(challenges)
            .collect();
        // Where a redirect has led, nobody is shown the login of another.
        let login = basic(door).filter(|_| url.origin() == door.base.origin());
        if let Some(bearer) = wanted.iter().find(|one| one.scheme == "bearer") {
            return self.token(door, image, url, bearer, login).await;
        }
        match login {
            Some(login) if wanted.iter().any(|one| one.scheme == "basic") => Ok(login),
            Some(_) | None => Err(refused(StatusCode::UNAUTHORIZED, door)),
        }
    }

    /// Asks the realm of a challenge for a token.
    async fn token(
        &self,
        door: &Door<'_>,
        image: &ImageName,
        url: &Url,
        bearer: &Challenge,
        login: Option<String>,
    ) -> Result<String, Trouble> {
        let realm = bearer.parameter("realm").and_then(|text| Url::parse(text).ok());
        let Some(mut realm) = realm.filter(|realm| is_trusted(realm, url)) else {
            return Err(Trouble::unknown(
                "it wants a login to be shown where none is shown: not HTTPS, and not the registry",
            ));
        };
        let usual = format!("repository:{}:pull", image.repository);
        realm.query_pairs_mut().append_pair("scope", bearer.parameter("scope").unwrap_or(&usual));
        if let Some(service) = bearer.parameter("service") {
            realm.query_pairs_mut().append_pair("service", service);
        }
        let mut request = self.http.get(realm);
        if let Some(login) = login {
            request = request.header(AUTHORIZATION, login);
        }
        let mut answer = request.send().await.map_err(|error| Trouble::unknown(innermost(&error)))?;
        if answer.status() != StatusCode::OK {
            return Err(match refused(answer.status(), door) {
                // A realm that is not there says nothing about the image.
                Trouble::End(Answer::Absent) => Trouble::unknown("its realm answers 404"),
                other => other,
            });
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| Trouble::unknown(innermost(&error)))? {
            body.extend_from_slice(&part);
            if body.len() > LARGEST {
                return Err(Trouble::unknown("its realm answers with more than a token"));
            }
        }
        let token = serde_json::from_slice::<Token>(&body).ok();
        let token = token.and_then(|one| one.token.or(one.access_token));
        match token.filter(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())) {
            Some(token) => Ok(format!("Bearer {token}")),
            None => Err(Trouble::unknown("its realm hands out no token")),
        }
    }
}

/// Returns whether a realm may see a login: over HTTPS, or because it is the registry that asks.
fn is_trusted(realm: &Url, registry: &Url) -> bool {
    let named = realm.username().is_empty() && realm.password().is_none();
    named && (realm.scheme() == "https" || (realm.scheme() == "http" && realm.origin() == registry.origin()))
}

/// Returns the login of a registry as HTTP's basic authentication shows it.
fn basic(door: &Door<'_>) -> Option<String> {
    let (user, password) = door.access?.login.as_ref()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_shown_over_https_or_to_the_registry_itself() {
        let plain = "http://127.0.0.1:5000/v2/a/manifests/v1";
        let safe = "https://git.example.org/v2/a/manifests/v1";
        for (realm, registry, trusted) in [
            ("https://auth.docker.io/token", "https://registry-1.docker.io/v2/", true),
            ("https://git.example.org/v2/token", safe, true),
            ("http://127.0.0.1:5000/token", plain, true),
            ("http://127.0.0.1:5001/token", plain, false),
            ("http://git.example.org/v2/token", safe, false),
            ("http://evil.example.org/token", plain, false),
            ("https://user:pw@auth.example.org/token", safe, false),
            ("ftp://git.example.org/token", safe, false),
        ] {
            assert_eq!(
                is_trusted(&Url::parse(realm).unwrap(), &Url::parse(registry).unwrap()),
                trusted,
                "{realm}"
            );
        }
    }
}
