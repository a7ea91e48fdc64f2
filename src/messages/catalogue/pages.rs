//! The words on the pages.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "page-in": "in {length}", "dans {length}";
    "page-ago": "{length} ago", "il y a {length}";
    "page-live-on": "This page keeps itself fresh.", "Cette page se met à jour d’elle-même.";
    "page-live-off": "Not connected: what you see may be old. Trying again.",
        "Non connecté : ce que vous voyez date peut-être. Nouvel essai en cours.";

    "page-sign-in": "Sign in", "Se connecter";
    "page-sign-in-lead": "Releases are shown to people with a personal token.",
        "Les versions sont visibles aux personnes qui ont un jeton personnel.";
    "page-sign-in-ran-out": "Your sign-in had run out, so nothing was sent yet. Sign in again: the page and your reason are kept.",
        "Votre connexion avait expiré, rien n’a donc encore été envoyé. Reconnectez-vous : la page et votre motif sont gardés.";
    "page-token": "Personal token", "Jeton personnel";
    "page-token-hint": "An administrator makes one with", "Un administrateur le crée avec";

    "page-releases": "Releases", "Versions";
    "page-releases-under-way": "Releases ({count} under way)", "Versions ({count} en cours)";
    "page-under-way": "Under way", "En cours";
    "page-nothing-under-way": "Nothing is under way. A pushed version tag appears here.",
        "Rien n’est en cours. Un tag de version poussé apparaît ici.";
    "page-earlier": "Earlier", "Précédemment";
    "page-nothing-earlier": "Nothing is over yet.", "Rien n’est encore terminé.";
    "page-older": "Older releases", "Versions plus anciennes";
    "page-newest": "Back to the newest", "Revenir aux plus récentes";
    "page-only": "Only {names}.", "Seulement {names}.";
    "page-show-all": "Show all", "Tout afficher";
    "page-since": "since", "depuis";

    "page-phase-waiting": "Waiting", "En attente";
    "page-phase-deploying": "Deploying", "Déploiement";
    "page-phase-smoke": "Smoke tests", "Tests rapides";
    "page-phase-watching": "Watching", "Surveillance";
    "page-phase-announcing": "Announcing", "Annonce";
    "page-phase-complete": "Complete", "Terminée";
    "page-phase-refused": "Refused", "Refusée";
    "page-phase-denied": "Denied", "Rejetée";
    "page-phase-withdrawn": "Withdrawn", "Retirée";
    "page-phase-superseded": "Superseded", "Remplacée";
    "page-phase-rolling-back": "Rolling back", "Retour en arrière";
    "page-phase-rolled-back": "Rolled back", "Annulée";
    "page-phase-stuck": "Stuck", "Bloquée";

    "page-road": "The road of this release", "Le parcours de cette version";
    "page-stop-passed": "passed", "passée";
    "page-stop-broken": "came no further", "arrêtée là";
    "page-stop-here": "now", "en ce moment";
    "page-stop-ahead": "still to come", "à venir";

    "page-pushed-by": "pushed by {who}", "poussé par {who}";
    "page-next-look": "looked at again", "prochain examen :";
    "page-what": "What this release is", "Ce qu’est cette version";
    "page-object": "Tag object", "Objet du tag";
    "page-commit": "Commit", "Commit";
    "page-binding": "Bound to", "Lié à";
    "page-binding-hint": "An approval counts for exactly this tag object, this commit and this target. If one of them changes, it is void.",
        "Une approbation vaut pour exactement cet objet, ce commit et cette cible. Si l’un d’eux change, elle est nulle.";
    "page-target": "Target", "Cible";
    "page-target-changed": "The hosts or the way of deploying changed since you were shown them.",
        "Les hôtes ou la manière de déployer ont changé depuis que vous les avez vus.";
    "page-was-shown": "you were shown", "vous avez vu";
    "page-is-now": "now it is", "c’est maintenant";

    "page-gates": "Gates", "Conditions";
    "page-gates-not-asked": "The gates have not been asked yet.", "Les conditions n’ont pas encore été examinées.";
    "page-gate-tag": "Tag", "Tag";
    "page-gate-environment": "Environment", "Environnement";
    "page-gate-hold": "Hold", "Suspension";
    "page-gate-approval": "Approval", "Approbation";
    "page-gate-calendar": "Calendar", "Calendrier";
    "page-gate-host": "Hosts", "Hôtes";
    "page-standing-good": "open", "remplie";
    "page-standing-bad": "waiting", "en attente";
    "page-standing-unknown": "unknown", "inconnue";
    "page-can-open": "can be given by {who}", "peut être donnée par {who}";
    "page-opens": "next slot", "prochain créneau :";
    "page-looked-at": "seen", "vu";
    "page-counts-until": "counts until", "expire :";

    "page-watch": "Watch", "Surveillance";
    "page-watch-progress": "Time of the watch that has passed", "Part écoulée de la surveillance";
    "page-looks": "looks taken: {count}", "relevés : {count}";
    "page-ends": "ends", "se termine";
    "page-look-ok": "well", "normal";
    "page-look-bad": "bad", "en défaut";
    "page-look-no-data": "no data", "sans données";
    "page-look-error": "unknown", "inconnu";

    "page-steps": "Steps", "Étapes";
    "page-steps-back": "The way back", "Le retour en arrière";
    "page-step-planned": "to come", "à venir";
    "page-step-running": "running", "en cours";
    "page-step-done": "done", "terminée";
    "page-step-failed": "failed", "échouée";
    "page-step-lost": "lost", "perdue";
    "page-step-unknown": "unknown", "inconnue";
    "page-for": "for", "depuis";
    "page-status-zero": "exit status 0", "statut de sortie 0";
    "page-log": "Log", "Journal de l’étape";
    "page-log-of": "Log of", "Journal de l’étape";
    "page-log-text": "Plain text", "Texte brut";
    "page-log-whole": "The whole log", "Le journal entier";
    "page-log-cut": "{count} lines before these are in the plain text.", "{count} lignes précédentes se trouvent dans le texte brut.";
    "page-log-empty": "It printed nothing.", "Rien n’a été affiché.";
    "page-log-pause": "Pause the log", "Suspendre le défilement";
    "page-log-resume": "Follow the log", "Suivre le défilement";

    "page-journal": "Journal", "Historique";
    "page-journal-all": "All {count} lines", "Les {count} lignes";

    "page-gate-signoff": "Sign-off", "Validation";
    "page-standing-overridden": "passed by override", "franchie par dérogation";
    "page-evidence": "evidence", "preuve";
    "page-checklist": "Checklist", "Liste de contrôle";
    "page-item-open": "open", "ouvert";
    "page-item-good": "well", "bien";
    "page-item-faulty": "faulty", "défaillant";
    "page-item-is-good": "It is well", "C’est bon";
    "page-item-is-faulty": "It is faulty", "C’est défaillant";
    "page-note": "Note or link (needed when it is faulty)", "Note ou lien (nécessaire si c’est défaillant)";
    "page-signed-by": "{who} signed for all of it.", "{who} a signé pour le tout.";
    "page-unsigned": "Nobody has signed yet; {who} may.", "Personne n’a encore signé ; peuvent le faire : {who}.";
    "page-sign": "Sign for {tag}", "Signer pour {tag}";
    "page-overrides": "Overrides", "Dérogations";
    "page-override-counts": "in force", "en vigueur";
    "page-override-asked": "waits for a second person", "attend une deuxième personne";
    "page-override-drilled": "drill done, nothing was opened", "exercice fait, rien n’a été ouvert";
    "page-override-over": "over", "terminée";
    "page-override-by": "asked by {who}", "demandée par {who}";
    "page-override-second": "confirmed by {who}", "confirmée par {who}";
    "page-override-drill": "a drill", "un exercice";
    "page-override-for": "For how long", "Pour combien de temps";
    "page-override-only-drill": "Only a drill: prove the way, open nothing", "Seulement un exercice : essayer la procédure, ne rien ouvrir";
    "page-ask-override": "Let it pass this gate", "Laisser franchir cette condition";
    "page-ask-confirm-override": "Confirm as second person", "Confirmer comme deuxième personne";
    "page-ask-end-override": "Take it back", "Annuler la dérogation";
    "page-hint-override": "Counts for this release and this gate alone, once a second person has confirmed it. The calendar stays closed for all others. Everybody is told.",
        "Ne vaut que pour cette version et cette condition, après confirmation par une deuxième personne. Le calendrier reste fermé pour toutes les autres. Tout le monde est prévenu.";
    "page-done-tick": "Noted.", "Noté.";
    "page-done-sign-off": "Signed.", "Signé.";
    "page-done-override": "Asked for. It counts once a second person has confirmed it.", "Demandée. Elle compte dès qu’une deuxième personne l’a confirmée.";
    "page-done-confirm-override": "Confirmed.", "Confirmée.";
    "page-done-end-override": "Taken back.", "Annulée.";
    "page-ask": "What you can do", "Ce que vous pouvez faire";
    "page-ask-approve": "Approve {tag}", "Approuver {tag}";
    "page-ask-deny": "Deny", "Rejeter";
    "page-ask-hold": "Hold", "Suspendre";
    "page-ask-lift": "Let {tag} go on", "Laisser {tag} continuer";
    "page-ask-withdraw": "Withdraw", "Retirer";
    "page-ask-rollback": "Roll back", "Revenir en arrière";
    "page-ask-retry": "Try again", "Réessayer";
    "page-ask-brought-back": "Brought back by hand", "Rétablie à la main";
    "page-approve-hint": "This approves", "Ceci approuve";
    "page-navigation": "Pages", "Pages";
    "page-calendar": "Calendar", "Calendrier";
    "page-calendar-none": "No environment is configured.", "Aucun environnement n’est configuré.";
    "page-calendar-open": "Open now, until {until_at}.", "Ouvert maintenant, jusqu’au {until_at}.";
    "page-calendar-open-unknown": "Open now; no closing is known.", "Ouvert maintenant ; aucune fermeture n’est connue.";
    "page-calendar-closed": "Closed now; the next slot opens {slot_at}.", "Fermé maintenant ; prochain créneau : {slot_at}.";
    "page-calendar-closed-unknown": "Closed now; no slot with room is known.",
        "Fermé maintenant ; aucun créneau assez long n’est connu.";
    "page-calendar-held": "{by} holds it: {reason}", "{by} le retient : {reason}";
    "page-calendar-lift": "Let it go on", "Laisser continuer";
    "page-calendar-stop": "Stop this environment", "Arrêter cet environnement";
    "page-calendar-stop-hint": "New releases wait; what has begun ends, and the way back stays open.",
        "Les nouvelles versions attendent ; ce qui a commencé se termine, et le retour en arrière reste possible.";
    "page-calendar-until": "Until (time in {zone}; empty = until somebody lets it go on)",
        "Jusqu’au (heure de {zone} ; vide = jusqu’à ce que quelqu’un laisse continuer)";
    "page-calendar-feed": "Subscribe to closed times, slots and releases (sign in there with a personal token as the password)",
        "S’abonner aux fermetures, créneaux et versions (avec un jeton personnel comme mot de passe)";
    "page-reason": "Reason", "Motif";
    "page-hint-deny": "The release ends here. A new tag is needed to try again.",
        "La version s’arrête ici. Un nouveau tag sera nécessaire.";
    "page-hint-hold": "The release waits until somebody lets it go on.",
        "La version attend que quelqu’un la laisse continuer.";
    "page-hint-withdraw": "The release leaves the road before anything is changed.",
        "La version quitte le parcours avant tout changement.";
    "page-hint-rollback": "What ran before is brought back at once. Data that was written since, and migrations, are not taken back.",
        "Ce qui tournait avant est rétabli immédiatement. Les données écrites depuis et les migrations ne sont pas annulées.";
    "page-hint-retry": "The step that failed is tried once more.", "L’étape en échec est tentée une fois de plus.";
    "page-hint-brought-back": "Say so when what ran before runs again, and how it was done.",
        "Dites-le quand ce qui tournait avant tourne à nouveau, et comment.";
    "page-done-approve": "Approved. The release goes on as soon as every gate is open.",
        "Approuvée. La version continue dès que toutes les conditions sont remplies.";
    "page-done-deny": "Denied.", "Rejetée.";
    "page-done-hold": "On hold.", "Suspendue.";
    "page-done-lift": "It goes on.", "Elle continue.";
    "page-done-withdraw": "Withdrawn.", "Retirée.";
    "page-done-rollback": "The way back was asked for and begins at once.", "Le retour en arrière est demandé et commence immédiatement.";
    "page-done-retry": "It is tried again.", "Nouvel essai en cours.";
    "page-done-brought-back": "Noted as brought back by hand.", "Noté comme rétabli à la main.";
    "page-not-sent": "Nothing was sent yet. Your reason is kept below: look at the page again, then send it.",
        "Rien n’a encore été envoyé. Votre motif est gardé ci-dessous : relisez la page, puis envoyez-le.";
};
