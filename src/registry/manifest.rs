//! One manifest: asked for, found, and its digest believed only as far as it was seen.

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode, Url};
use sha2::{Digest as _, Sha256};

use super::{Answer, Door, Registries, Trouble, innermost};
use crate::domain::image::{Digest, ImageName};

/// The kinds of manifest that engines pull, lists before single ones.
const KINDS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
/// The header that tells the digest.
const DIGEST: &str = "docker-content-digest";
/// The most bytes of a manifest: what registries themselves take.
const LARGEST: usize = 4 << 20;
/// The most redirects that are followed.
const MOST_REDIRECTS: u32 = 5;

impl Registries<'_> {
    /// Returns the digest of an image in a registry.
    pub(super) async fn find_at(&self, door: &Door<'_>, image: &ImageName) -> Result<Digest, Trouble> {
        let name = match (&image.digest, &image.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, Some(tag)) => tag,
            (None, None) => "latest",
        };
        let url = door.base.join(&format!("v2/{}/manifests/{name}", image.repository));
        let url = url.map_err(|_| Trouble::unknown("its name is no address"))?;
        let asked = self.ask(door, image, Method::HEAD, url.clone()).await?;
        let found = match (asked.status(), claimed(asked.headers())) {
            (StatusCode::OK, Some(digest)) => digest,
            // Some answer no HEAD, or leave the digest out there.
            (StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _) => {
                self.read(door, image, url).await?
            }
            (status, _) => return Err(refused(status, door)),
        };
        match &image.digest {
            Some(wanted) if *wanted != found => Err(Trouble::End(Answer::Wrong {
                why: format!("{wanted} was asked for, and {found} answers"),
            })),
            Some(_) | None => Ok(found),
        }
    }

    /// Reads a manifest and returns the digest of what was read.
    async fn read(&self, door: &Door<'_>, image: &ImageName, url: Url) -> Result<Digest, Trouble> {
        let mut answer = self.ask(door, image, Method::GET, url).await?;
        if answer.status() != StatusCode::OK {
            return Err(refused(answer.status(), door));
        }
        let claimed = claimed(answer.headers());
        let (mut hasher, mut length) = (Sha256::new(), 0);
        while let Some(part) = answer.chunk().await.map_err(|error| Trouble::unknown(innermost(&error)))? {
            length += part.len();
            if length > LARGEST {
                return Err(Trouble::unknown("its manifest is larger than 4 MiB"));
            }
            hasher.update(&part);
        }
        let text = format!("sha256:{}", hex::encode(hasher.finalize()));
        let read = Digest::parse(&text).ok_or_else(|| Trouble::unknown("no digest"))?;
        match claimed {
            Some(claimed) if claimed != read => Err(Trouble::End(Answer::Wrong {
                why: format!("it says that it hands out {claimed}, and hands out {read}"),
            })),
            Some(_) | None => Ok(read),
        }
    }

    /// Asks, shows what is wanted to be seen, and follows redirects; without the login where they lead elsewhere.
    async fn ask(
        &self,
        door: &Door<'_>,
        image: &ImageName,
        method: Method,
        mut url: Url,
    ) -> Result<Response, Trouble> {
        let (mut shown, mut redirects) = (None::<String>, 0);
        loop {
            let mut request = self.http.request(method.clone(), url.clone()).header(ACCEPT, KINDS);
            if let Some(shown) = &shown {
                request = request.header(AUTHORIZATION, shown);
            }
            let answer = request.send().await.map_err(|error| match error.is_connect() {
                true => Trouble::NoConnection(innermost(&error)),
                false => Trouble::unknown(innermost(&error)),
            })?;
            if answer.status() == StatusCode::UNAUTHORIZED && shown.is_none() {
                shown = Some(self.what_is_wanted(door, image, &url, answer.headers()).await?);
                continue;
            }
            let Some(next) = redirect(&answer, &url) else { return Ok(answer) };
            redirects += 1;
            if redirects > MOST_REDIRECTS {
                return Err(Trouble::unknown("it redirects again and again"));
            }
            let next = next?;
            if next.origin() != url.origin() {
                shown = None;
            }
            url = next;
        }
    }
}

/// Returns where an answer redirects to; never from HTTPS to something weaker.
fn redirect(answer: &Response, from: &Url) -> Option<Result<Url, Trouble>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let place = answer.headers().get(LOCATION)?.to_str().ok()?;
    let weaker = || Trouble::unknown("it redirects to an address that is not followed");
    let next = from.join(place).ok().filter(|next| {
        let scheme = next.scheme();
        (scheme == "https" || (scheme == "http" && from.scheme() == "http")) && next.username().is_empty()
    });
    Some(next.ok_or_else(weaker))
}

fn claimed(headers: &HeaderMap) -> Option<Digest> {
    Digest::parse(headers.get(DIGEST)?.to_str().ok()?)
}

/// Returns what an answer other than yes means.
pub(super) fn refused(status: StatusCode, door: &Door<'_>) -> Trouble {
    let login = door.access.is_some_and(|access| access.login.is_some());
    match status.as_u16() {
        404 => Trouble::End(Answer::Absent),
        401 | 403 => Trouble::End(Answer::Denied { login }),
        429 => Trouble::unknown("it answers 429: too many questions were asked"),
        other => Trouble::unknown(format!("it answers {other}")),
    }
}
