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
    "term-phase-waiting": "waiting", "en attente";
    "term-phase-deploying": "deploying", "déploiement";
    "term-phase-smoke": "smoke tests", "tests rapides";
    "term-phase-watching": "watching", "surveillance";
    "term-phase-announcing": "announcing", "annonce";
    "term-phase-complete": "complete", "complète";
    "term-phase-refused": "refused", "refusée";
    "term-phase-denied": "denied", "rejetée";
    "term-phase-withdrawn": "withdrawn", "retirée";
    "term-phase-superseded": "superseded", "remplacée";
    "term-phase-rolling-back": "rolling back", "retour en cours";
    "term-phase-rolled-back": "rolled back", "revenue en arrière";
    "term-phase-stuck": "stuck", "bloquée";
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
    "term-token-made": "This token is {name}'s; it cannot be shown again. They keep it in ~/.config/tagwarden/token (mode 600) or TAGWARDEN_TOKEN, and sign in with it on the pages.",
        "Ce jeton est celui de {name} ; il ne peut pas être affiché de nouveau. À conserver dans ~/.config/tagwarden/token (mode 600) ou TAGWARDEN_TOKEN ; il sert aussi à s’identifier sur les pages.";
    "term-token-revoked": "{name} has no token and no sign-in any more ({count} revoked).",
        "{name} n’a plus ni jeton ni session ({count} révoqués).";
    "term-no-tokens": "There is no token.", "Il n’y a aucun jeton.",
        "make one with: tagwarden token new NAME", "créez-en un avec : tagwarden token new NOM";
    "term-token-counts": "counts", "valable";
    "term-token-void": "void", "révoqué";
};
