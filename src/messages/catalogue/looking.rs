//! What the commands that ask the daemon say: words of tables, what changed, and what to type next.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-U030": "{path} cannot be read: {why}.", "{path} est illisible : {why}.",
        "it should hold your personal token and nothing else", "il doit contenir votre jeton personnel et rien d’autre";
    "TW-U031": "Others can read your token in {path}.", "D’autres peuvent lire votre jeton dans {path}.",
        "take that right away with: chmod 600 {path}", "retirez ce droit : chmod 600 {path}";
    "TW-U032": "{tag} is commit {commit}, not {typed}; nothing was approved.",
        "{tag} est le commit {commit}, pas {typed} ; rien n’a été approuvé.",
        "name at least seven digits of the commit that you mean", "indiquez au moins sept chiffres du commit voulu";
    "TW-A001": "There is no {path}.", "{path} n’existe pas.",
        "look at [server] state_dir with: tagwarden config show", "vérifiez [server] state_dir : tagwarden config show";
    "TW-A002": "You may not use {path}.", "Vous n’avez pas accès à {path}.",
        "run it as the daemon's account: sudo -u tagwarden tagwarden …",
        "lancez la commande avec le compte du démon : sudo -u tagwarden tagwarden …";
    "TW-A003": "{path} is no whole database of tagwarden: {why}.", "{path} n’est pas une base tagwarden intacte : {why}.",
        "name a file that `tagwarden backup` made", "indiquez un fichier créé par « tagwarden backup »";
    "TW-A004": "The journal is not what was once written.", "Le journal n’est plus ce qui a été écrit.",
        "keep a copy of the file, and compare it with the last backup: tagwarden audit verify --file FILE",
        "gardez une copie du fichier et comparez avec la dernière sauvegarde : tagwarden audit verify --file FICHIER";
    "TW-A005": "Entry {entry} is not there with that hash.", "L’entrée {entry} n’existe pas avec cette empreinte.",
        "entries were cut off, or this is another journal; compare it with the last backup",
        "des entrées ont été coupées, ou c’est un autre journal ; comparez avec la dernière sauvegarde";
    "TW-A006": "`{typed}` is no entry.", "`{typed}` n’est pas une entrée.",
        "write number and hash (at least eight digits), as audit verify shows them: 4711:9f86d081",
        "écrivez numéro et empreinte (au moins huit chiffres), comme les montre audit verify : 4711:9f86d081";
    "TW-A007": "A database stands in {path} already; nothing was changed.", "Une base existe déjà dans {path} ; rien n’a été modifié.",
        "put it aside with: --replace", "mettez-la de côté avec : --replace";
    "house-restored": "This database was restored from a copy.", "Cette base a été restaurée depuis une copie.";
    "term-journal-whole": "The journal is whole: {entries} entries, the last one is {last}",
        "Le journal est intact : {entries} entrées, la dernière est {last}";
    "term-backup-made": "{path} is made and whole; its last journal entry is {last}",
        "{path} est créé et intact ; sa dernière entrée de journal est {last}",
        "check it at any time with: tagwarden audit verify --file {path}",
        "vérifiez-le à tout moment : tagwarden audit verify --file {path}";
    "term-restored": "Restored from {path}, whose journal has {entries} entries.",
        "Restauré depuis {path}, dont le journal a {entries} entrées.",
        "look at the hosts, then start the daemon: systemctl start tagwarden",
        "vérifiez les hôtes, puis démarrez le démon : systemctl start tagwarden";
    "term-restored-replaced": "What stood there before is kept as {path}",
        "Ce qui s’y trouvait est conservé dans {path}";
    "term-good": "good", "bon";
    "term-bad": "bad", "mauvais";
    "term-closed": "not yet", "pas encore";
    "term-unknown": "unknown", "inconnu";
    "term-no-data": "no data", "sans données";
    "term-step-planned": "planned", "prévue";
    "term-step-running": "running", "en cours";
    "term-step-done": "done", "terminée";
    "term-step-failed": "failed", "échouée";
    "term-head-release": "release", "version";
    "term-head-phase": "phase", "phase";
    "term-head-tag": "tag", "tag";
    "term-head-repository": "repository", "dépôt";
    "term-head-environment": "environment", "environnement";
    "term-head-changed": "changed", "modifiée";
    "term-head-commit": "commit", "commit";
    "term-head-object": "tag object", "objet du tag";
    "term-head-pusher": "pushed by", "poussée par";
    "term-head-arrived": "arrived", "arrivée";
    "term-head-wakes": "looks again", "prochain examen";
    "term-head-state": "state", "état";
    "term-head-name": "name", "nom";
    "term-head-made": "made", "créé";
    "term-head-revoked": "revoked", "révoqué";
    "term-title-gates": "Gates", "Conditions";
    "term-title-approvals": "Approvals", "Approbations";
    "term-title-steps": "Steps", "Étapes";
    "term-title-watch": "Watch", "Surveillance";
    "term-title-next": "What you may ask now", "Ce que vous pouvez demander";
    "term-reason-example": "why", "pourquoi";
    "term-way-back-begins": "The way back begins.", "Le retour en arrière commence.";
    "term-got-stuck": "It is stuck; a named person has to lead it out.", "Elle est bloquée ; une personne nommée doit la débloquer.";
    "term-ago": "{length} ago", "il y a {length}";
    "term-in": "in {length}", "dans {length}";
    "term-just-now": "just now", "à l’instant";
    "term-under-a-second": "under a second", "moins d’une seconde";
    "term-seen": "seen {distance}", "vu {distance}";
    "term-opens": "opens {moment}", "ouverture : {moment}";
    "term-counts-until": "counts until {until}", "compte jusqu’au {until}";
    "term-watch-stretch": "since {since}, until {until}, {looks}", "depuis le {since}, jusqu’au {until}, {looks}";
    "term-no-releases": "There is no release.", "Il n’y a aucune version.",
        "a release begins with a pushed tag: tagwarden tag parse v1.0.0 says whether a name is good",
        "une version commence par un tag poussé : tagwarden tag parse v1.0.0 dit si un nom convient";
    "term-held-all": "! held: everything, by {by} since {since}: {reason}",
        "! retenu : tout, par {by} depuis le {since} : {reason}";
    "term-held-all-until": "! held: everything, by {by} since {since}, until {until}: {reason}",
        "! retenu : tout, par {by} depuis le {since}, jusqu’au {until} : {reason}";
    "term-held-scope": "! held: {scope}, by {by} since {since}: {reason}",
        "! retenu : {scope}, par {by} depuis le {since} : {reason}";
    "term-held-scope-until": "! held: {scope}, by {by} since {since}, until {until}: {reason}",
        "! retenu : {scope}, par {by} depuis le {since}, jusqu’au {until} : {reason}";
    "term-may-go": "✓ {tag} of {repository} may go to {environment} at {moment}.",
        "✓ {tag} de {repository} peut aller sur {environment} le {moment}.";
    "term-may-not-go": "✗ {tag} of {repository} may not go to {environment} at {moment}.",
        "✗ {tag} de {repository} ne peut pas aller sur {environment} le {moment}.";
    "term-not-pushed": "Nobody has pushed it yet; this is what would be asked of it.",
        "Personne ne l’a encore poussé ; voici ce qui lui serait demandé.";
    "term-next-slot": "The next slot with enough room opens {moment}.", "Prochain créneau suffisant : {moment}.";
    "term-ask-reason": "Why?", "Pourquoi ?";
    "term-done-approve": "Approved: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Approuvé : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-approve-next": "follow it with: tagwarden log {release} --follow",
        "suivez-la avec : tagwarden log {release} --follow";
    "term-done-deny": "Denied: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Rejeté : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-deny-next": "a release that was denied never goes; tag the next version when it may",
        "une version rejetée ne part jamais ; taguez la version suivante le moment venu";
    "term-done-withdraw": "Withdrawn: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Retiré : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-withdraw-next": "a release that was withdrawn never goes; see it with: tagwarden show {release}",
        "une version retirée ne part jamais ; voyez-la avec : tagwarden show {release}";
    "term-done-rollback": "The way back was asked for: {tag} ({commit}) leaves {environment} of {repository}, release {release}.",
        "Retour en arrière demandé : {tag} ({commit}) quitte {environment} de {repository}, version {release}.";
    "term-done-rollback-next": "follow it with: tagwarden log {release} --follow",
        "suivez-le avec : tagwarden log {release} --follow";
    "term-done-retry": "The way back is tried again: {tag} ({commit}) on {environment} of {repository}, release {release}.",
        "Nouvel essai du retour en arrière : {tag} ({commit}) sur {environment} de {repository}, version {release}.";
    "term-done-retry-next": "follow it with: tagwarden log {release} --follow",
        "suivez-le avec : tagwarden log {release} --follow";
    "term-done-brought-back": "Noted as brought back by hand: {tag} ({commit}) is no longer on {environment} of {repository}, release {release}.",
        "Noté comme ramené à la main : {tag} ({commit}) n’est plus sur {environment} de {repository}, version {release}.";
    "term-done-brought-back-next": "the environment is free again; see what waits with: tagwarden status",
        "l’environnement est de nouveau libre ; voyez ce qui attend : tagwarden status";
    "term-done-hold-release": "Held: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Retenu : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-hold-release-next": "let it go on with: tagwarden lift {release}",
        "laissez-la continuer avec : tagwarden lift {release}";
    "term-done-hold-scope": "Held: nothing new starts on {scope}.", "Retenu : rien de nouveau ne démarre sur {scope}.";
    "term-done-hold-scope-next": "what runs there runs on; let it go on with: tagwarden lift --environment {scope}",
        "ce qui y tourne continue ; levez l’arrêt avec : tagwarden lift --environment {scope}";
    "term-done-hold-all": "Held: nothing new starts anywhere.", "Retenu : rien de nouveau ne démarre nulle part.";
    "term-done-hold-all-next": "what runs runs on; let it go on with: tagwarden lift --everything",
        "ce qui tourne continue ; levez l’arrêt avec : tagwarden lift --everything";
    "term-done-lift-release": "Lifted: {tag} ({commit}) for {environment} of {repository}, release {release}, goes on.",
        "Levé : {tag} ({commit}) pour {environment} de {repository}, version {release}, continue.";
    "term-done-lift-release-next": "see what it waits for with: tagwarden explain {release}",
        "voyez ce qu’elle attend : tagwarden explain {release}";
    "term-done-lift-scope": "Lifted: {scope} goes on.", "Levé : {scope} continue.";
    "term-done-lift-scope-next": "see what waits with: tagwarden status", "voyez ce qui attend : tagwarden status";
    "term-done-lift-all": "Lifted: the stop on everything is gone; stops on single environments stay.",
        "Levé : l’arrêt général est supprimé ; ceux de chaque environnement restent.";
    "term-done-lift-all-next": "see what waits with: tagwarden status", "voyez ce qui attend : tagwarden status";
    "term-done-tick": "Noted on the checklist: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Noté sur la liste : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-tick-next": "see what is open with: tagwarden signoff {release}",
        "voyez ce qui est ouvert : tagwarden signoff {release}";
    "term-done-sign-off": "Signed: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Signé : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-sign-off-next": "see what it waits for with: tagwarden explain {release}",
        "voyez ce qu’elle attend : tagwarden explain {release}";
    "term-done-override": "Asked that it may pass: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Dérogation demandée : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-override-next": "a second person confirms with: tagwarden override {release} GATE --confirm",
        "une deuxième personne confirme avec : tagwarden override {release} CONDITION --confirm";
    "term-done-drill": "Drill begun: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Exercice commencé : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-drill-next": "a second person confirms with: tagwarden override {release} GATE --confirm",
        "une deuxième personne confirme avec : tagwarden override {release} CONDITION --confirm";
    "term-confirms-override": "Confirming what {by} asked: that it passes {gate} until {until}, because: {reason}",
        "Confirmation de ce que {by} a demandé : franchir {gate} jusqu’au {until}, car : {reason}";
    "term-confirms-drill": "Confirming the drill that {by} began: nothing is opened at {gate}; until {until}, because: {reason}",
        "Confirmation de l’exercice commencé par {by} : rien n’est ouvert à {gate} ; jusqu’au {until}, car : {reason}";
    "term-done-confirm-override": "Confirmed: {tag} ({commit}) for {environment} of {repository}, release {release}.",
        "Confirmé : {tag} ({commit}) pour {environment} de {repository}, version {release}.";
    "term-done-confirm-override-next": "see what it waits for with: tagwarden explain {release}",
        "voyez ce qu’elle attend : tagwarden explain {release}";
    "term-done-end-override": "Taken back: {tag} ({commit}) for {environment} of {repository}, release {release}, passes that gate no more.",
        "Annulé : {tag} ({commit}) pour {environment} de {repository}, version {release}, ne franchit plus cette condition.";
    "term-done-end-override-next": "see what it waits for with: tagwarden explain {release}",
        "voyez ce qu’elle attend : tagwarden explain {release}";
    "term-token-made": "This token is {name}'s; it cannot be shown again. They keep it in ~/.config/tagwarden/token (mode 600) or TAGWARDEN_TOKEN, and sign in with it on the pages.",
        "Ce jeton est celui de {name} ; il ne peut pas être affiché de nouveau. À conserver dans ~/.config/tagwarden/token (mode 600) ou TAGWARDEN_TOKEN ; il sert aussi à s’identifier sur les pages.";
    "term-token-revoked": "{name} has no token and no sign-in any more ({count} revoked).",
        "{name} n’a plus ni jeton ni session ({count} révoqués).";
    "term-no-tokens": "There is no token.", "Il n’y a aucun jeton.",
        "make one with: tagwarden token new NAME", "créez-en un avec : tagwarden token new NOM";
    "term-token-counts": "counts", "valable";
    "term-token-void": "void", "révoqué";
};
