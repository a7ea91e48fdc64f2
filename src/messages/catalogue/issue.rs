//! What stands in the issue of a release, and what is answered to a command in a comment.

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "issue-title": "Release {tag} → {environment}", "Version {tag} → {environment}";
    "issue-facts": "Commit {commit}, tag object {object}.", "Commit {commit}, objet du tag {object}.";
    "issue-facts-pusher": "Commit {commit}, tag object {object}, pushed by {by}.",
        "Commit {commit}, objet du tag {object}, poussé par {by}.";
    "issue-page": "Everything about it", "Tout ce qui le concerne";
    "issue-gates": "Conditions", "Conditions";
    "issue-passed": "passed by decision", "passé par décision";
    "issue-can-open": "Can open it:", "Peuvent l’ouvrir :";
    "issue-opens": "Opens {opens_at}.", "S’ouvre le {opens_at}.";
    "issue-evidence": "evidence", "preuve";
    "issue-checklist": "Checklist", "Liste de contrôle";
    "issue-checklist-hint": "Ticking a box here does nothing; these comments do:", "Cocher une case ici ne fait rien ; ces commentaires, si :";
    "issue-ticked": "by {by}, {at_at}", "par {by}, {at_at}";
    "issue-ticked-faulty": "found faulty by {by}, {at_at}", "trouvé défaillant par {by}, {at_at}";
    "issue-approvals": "Approved by {who}.", "Approuvé par {who}.";
    "issue-decide": "Decide by comment", "Décider par commentaire";
    "issue-decide-hint": "One command per comment, at the beginning of a line. Only a new comment counts; what is edited counts no more. The answer is 👍, or 😕 with the reason.",
        "Une commande par commentaire, en début de ligne. Seul un nouveau commentaire compte ; modifié, il ne compte plus. La réponse est 👍, ou 😕 avec la raison.";
    "issue-do-approve": "approve exactly this: commit, target, checks and checklist as shown here", "approuver exactement ceci : commit, cible, vérifications et liste telles qu’affichées ici";
    "issue-do-deny": "say no for good", "refuser définitivement";
    "issue-do-withdraw": "take it off the road", "le retirer";
    "issue-do-hold": "stop it until it is lifted", "le retenir jusqu’à nouvel ordre";
    "issue-do-lift": "let it go on", "le laisser continuer";
    "issue-do-override": "ask that it may pass one closed condition; a second person confirms",
        "demander qu’il passe une condition fermée ; une seconde personne confirme";
    "issue-do-confirm": "confirm, as the second person, that it may pass", "confirmer, en seconde personne, qu’il passe";
    "issue-do-rollback": "bring back what ran before", "ramener ce qui tournait avant";
    "issue-do-signoff": "sign for the whole checklist", "signer toute la liste";
    "issue-do-tick": "tick single items", "cocher certains points";
    "issue-changes": "What changes", "Ce qui change";
    "reply-several": "A comment may hold one command only; nothing was done.",
        "Un commentaire ne peut contenir qu’une commande ; rien n’a été fait.";
    "reply-unknown": "/{word} is no command. There are: {commands}.", "/{word} n’est pas une commande. Il y a : {commands}.";
    "reply-unfit": "Nothing was done; it is written {usage}.", "Rien n’a été fait ; cela s’écrit {usage}.";
    "reply-long": "Nothing was done: a reason has {most} characters at most.", "Rien n’a été fait : une raison a au plus {most} caractères.";
    "reply-not-shown": "Nothing was approved: this issue did not show {named}. Look at it again, and name what it shows.",
        "Rien n’a été approuvé : ce ticket n’a pas montré {named}. Regardez-le de nouveau, et nommez ce qu’il montre.";
    "reply-nothing-shown": "Nothing was approved: it is not known what this issue showed at that moment. Name it as in /approve {binding}.",
        "Rien n’a été approuvé : ce que montrait ce ticket à cet instant est inconnu. Nommez-le : /approve {binding}.";
    "reply-too-old": "Nothing was done: this was written more than an hour ago, and much may have changed. Look again, and say it again.",
        "Rien n’a été fait : ceci fut écrit il y a plus d’une heure, et bien des choses ont pu changer. Regardez de nouveau, et redites-le.";
    "reply-other-checklist": "Nothing was ticked or signed: this issue did not show the checklist that counts now. Sign on the release's page, or once this issue shows it.",
        "Rien n’a été coché ni signé : ce ticket n’a pas montré la liste qui compte maintenant. Signez sur la page de la version, ou quand ce ticket la montrera.";
    "reply-override-later": "Nothing was confirmed: the override of {gate} that waits now was asked for after this was written. Look at it, and say it again.",
        "Rien n’a été confirmé : la dérogation à {gate} qui attend fut demandée après ce commentaire. Regardez-la, et redites-le.";
};
