//! What the demo tells while it plays.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "demo-world": "A forge, a daemon with its pages and a production machine live below {folder} for a moment; the clock is moved by hand.",
        "Une forge, un démon avec ses pages et une machine de production vivent un moment dans {folder} ; l’horloge est avancée à la main.";
    "demo-pages": "The daemon's pages: {url}", "Les pages du démon : {url}";
    "demo-forge": "What the forge was told: {url}", "Ce que la forge a appris : {url}";
    "demo-good": "1. A good release", "1. Une bonne version";
    "demo-good-why": "Ada has written 1.1.0 with its changelog. She tags it and pushes; Grace approves.",
        "Ada a écrit 1.1.0 avec son changelog. Elle pose le tag et pousse ; Grace approuve.";
    "demo-bad": "2. A bad tag is refused at the door", "2. Un mauvais tag est refusé à la porte";
    "demo-bad-why": "Ada mistypes the number: 1.3.0 does not follow 1.1.0.", "Ada se trompe de numéro : 1.3.0 ne suit pas 1.1.0.";
    "demo-friday": "3. A tag on Friday evening waits for Monday", "3. Un tag du vendredi soir attend lundi";
    "demo-friday-why": "It is {now_at}, and the calendar closes at weekends.", "Nous sommes {now_at}, et le calendrier ferme le week-end.";
    "demo-monday": "The clock is moved to {now_at}.", "L’horloge est avancée au {now_at}.";
    "demo-broken": "4. A broken release takes itself back", "4. Une version cassée revient d’elle-même en arrière";
    "demo-broken-why": "1.2.1 never gets healthy in production.", "1.2.1 ne devient jamais saine en production.";
    "demo-refused": "Nothing of it reached the forge or the daemon.", "Rien n’en est arrivé à la forge ni au démon.";
    "demo-tag-back": "The forge has {tag} on the commit that runs again.", "La forge a {tag} sur le commit qui tourne à nouveau.";
    "demo-end": "All four stories went as they should, in {length}.", "Les quatre histoires se sont déroulées comme prévu, en {length}.";
    "demo-journal": "The journal is whole: {count} entries.", "Le journal est intact : {count} entrées.";
    "demo-next": "Now with your own Forgejo: README.md, “Five minutes to the first guarded repository”.",
        "Maintenant avec votre propre Forgejo : README.md, « Five minutes to the first guarded repository ».";
    "demo-keep": "It stays open until Ctrl-C. Sign in on the pages with Grace's token: {token}",
        "Tout reste ouvert jusqu’à Ctrl-C. Identifiez-vous sur les pages avec le jeton de Grace : {token}";
    "demo-keep-hint": "Try it from another terminal: cd {folder} && git … (the hook answers as it did here).",
        "Essayez depuis un autre terminal : cd {folder} && git … (le hook répond comme ici).";
    "TW-U040": "the demo cannot be played here: {why}", "la démonstration ne peut pas être jouée ici : {why}",
        "it needs git, a shell and a free port on loopback; on Debian: apt-get install git",
        "il lui faut git, un shell et un port libre en boucle locale ; sous Debian : apt-get install git";
};
