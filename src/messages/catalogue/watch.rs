//! Messages of the watch: what a signal showed that sends a release back.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-D401": "The watch saw `{signal}` bad at {at}: {evidence}.",
        "La surveillance a vu `{signal}` en défaut à {at} : {evidence}.",
        "The way back starts by itself; the looks before it are kept with the release.",
        "Le retour en arrière part de lui-même ; les relevés précédents restent avec la livraison.";
    "TW-D402": "The watch saw `{signal}` bad {looks} times in a row, last at {at}: {evidence}.",
        "La surveillance a vu `{signal}` en défaut {looks} fois de suite, la dernière à {at} : {evidence}.",
        "The way back starts by itself; the looks before it are kept with the release.",
        "Le retour en arrière part de lui-même ; les relevés précédents restent avec la livraison.";
};
