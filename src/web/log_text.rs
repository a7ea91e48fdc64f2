//! A step's log as text that can be shown: whole characters, plain line ends, nothing that moves a terminal or a page.

use crate::messages::printable;

/// Returns the text of the bytes that can be shown now, and how many bytes that were.
///
/// A character or line end that is cut at the end waits for the next piece, unless this is the `last` one.
pub fn show(bytes: &[u8], last: bool) -> (String, usize) {
    let mut end = bytes.len();
    if !last {
        end -= unfinished(bytes);
        if bytes[..end].ends_with(b"\r") {
            end -= 1;
        }
    }
    (printable(&String::from_utf8_lossy(&bytes[..end])), end)
}

/// Returns how many bytes at the end may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        let length = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if back < length { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_comes_byte_by_byte_reads_like_the_whole() {
        let whole = "pull é 日 🚀\r\ndone\rnext\u{1b}[2J\n".as_bytes();
        let mut broken = b"ok ".to_vec();
        broken.extend([0xff, 0xe2, 0x28, 0xf0, 0x9f]);
        for text in [whole, &broken] {
            let (mut shown, mut from) = (String::new(), 0);
            for end in 1..=text.len() {
                let (piece, taken) = show(&text[from..end], end == text.len());
                shown.push_str(&piece);
                from += taken;
            }
            assert_eq!(from, text.len());
            assert_eq!(shown, show(text, true).0);
        }
        assert_eq!(show(whole, true).0, "pull é 日 🚀\ndone\nnext\\u{1b}[2J\n");
    }
}
