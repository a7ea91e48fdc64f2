//! Was this body signed with one of our secrets?
//!
//! Forgejo signs the raw body with HMAC-SHA256 and sends 64 lower-case hexadecimal digits without a prefix. The
//! answer to anything else is one and the same refusal: whoever tries out signatures learns nothing from it, neither
//! by its text nor by its time (every secret is tried, also when the header is already known to be bad).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::config::Secret;

/// The bytes of a SHA-256 digest.
const DIGEST: usize = 32;

/// The body does not carry exactly one good signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is missing or wrong")]
pub struct Refused;

/// Returns the place in `secrets` of the one that `body` was signed with.
///
/// `headers` are all values of `X-Forgejo-Signature`, as they came.
///
/// # Errors
/// Refuses a missing, empty, doubled, misshaped or wrong signature, without saying which it was.
pub fn verify(secrets: &[Secret], headers: &[&[u8]], body: &[u8]) -> Result<usize, Refused> {
    let claimed = match headers {
        [one] => read_digest(one),
        [] | [_, _, ..] => None,
    };
    let (claimed, shaped) = match claimed {
        Some(digest) => (digest, Choice::from(1)),
        None => ([0; DIGEST], Choice::from(0)),
    };
    let mut matched = None;
    for (place, secret) in secrets.iter().enumerate() {
        // An empty key is what a forgotten secret looks like; anybody can sign with it.
        let usable = Choice::from(u8::from(!secret.reveal().is_empty()));
        let same = digest(secret, body).ct_eq(&claimed) & shaped & usable;
        if bool::from(same) && matched.is_none() {
            matched = Some(place);
        }
    }
    matched.ok_or(Refused)
}

/// Returns the signature of `body`, as Forgejo writes it into `X-Forgejo-Signature`.
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    hex::encode(digest(secret, body))
}

fn digest(secret: &Secret, body: &[u8]) -> [u8; DIGEST] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

/// Returns the digest that is written as exactly 64 lower-case hexadecimal digits.
fn read_digest(text: &[u8]) -> Option<[u8; DIGEST]> {
    if !text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; DIGEST];
    hex::decode_to_slice(text, &mut out).ok().map(|()| out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"ref\": \"refs/tags/v1.0.0\"}";

    fn secrets() -> Vec<Secret> {
        ["an-older-secret-0123456789abcdef", "a-newer-secret-0123456789abcdef"].map(Secret::new).to_vec()
    }

    #[test]
    fn any_of_the_secrets_is_good_and_is_named() {
        for (place, secret) in secrets().iter().enumerate() {
            let signature = sign(secret, BODY);
            assert_eq!(verify(&secrets(), &[signature.as_bytes()], BODY), Ok(place));
        }
    }

    #[test]
    fn a_known_digest_is_reproduced() {
        // RFC 4231, test case 2.
        let signature = sign(&Secret::new("Jefe"), b"what do ya want for nothing?");
        assert_eq!(signature, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn whatever_else_the_header_holds_is_refused_alike() {
        let good = sign(&secrets()[0], BODY);
        let upper = good.to_ascii_uppercase();
        let prefixed = format!("sha256={good}");
        let long = format!("{good}00");
        let spaced = format!(" {good}");
        let mut equal_prefix = good.clone().into_bytes();
        equal_prefix[63] = if equal_prefix[63] == b'0' { b'1' } else { b'0' };
        let foreign = sign(&Secret::new("somebody-elses-secret-0123456789"), BODY);
        let rows: Vec<(&str, Vec<&[u8]>)> = vec![
            ("missing", vec![]),
            ("empty", vec![b""]),
            ("twice", vec![good.as_bytes(), good.as_bytes()]),
            ("good and empty", vec![good.as_bytes(), b""]),
            ("short", vec![&good.as_bytes()[..62]]),
            ("odd", vec![&good.as_bytes()[..63]]),
            ("long", vec![long.as_bytes()]),
            ("upper case", vec![upper.as_bytes()]),
            ("prefix", vec![prefixed.as_bytes()]),
            ("blank", vec![spaced.as_bytes()]),
            ("not ASCII", vec!["é".as_bytes()]),
            ("not UTF-8", vec![b"\xff\xfe"]),
            ("all but the last digit", vec![&equal_prefix]),
            ("another secret", vec![foreign.as_bytes()]),
            ("zeros", vec![&[b'0'; 64]]),
        ];
        for (name, headers) in rows {
            assert_eq!(verify(&secrets(), &headers, BODY), Err(Refused), "{name}");
        }
    }

    #[test]
    fn one_changed_byte_of_the_body_is_refused() {
        let good = sign(&secrets()[0], BODY);
        for at in 0..BODY.len() {
            let mut changed = BODY.to_vec();
            changed[at] ^= 1;
            assert_eq!(verify(&secrets(), &[good.as_bytes()], &changed), Err(Refused), "byte {at}");
        }
    }

    #[test]
    fn an_empty_secret_or_none_at_all_lets_nobody_in() {
        let empty = Secret::new("");
        let signature = sign(&empty, BODY);
        assert_eq!(verify(&[empty], &[signature.as_bytes()], BODY), Err(Refused));
        assert_eq!(verify(&[], &[signature.as_bytes()], BODY), Err(Refused));
    }
}
