//! Messages of deployments (`TW-D…`) and of hosts (`TW-R…`).

use super::texts;
use crate::messages::Text;

/// The messages of this group.
pub const TEXTS: &[Text] = texts! {
    "TW-D001": "the host could not be looked at ({what}, status {status}): {said}",
        "l’hôte n’a pas pu être examiné ({what}, statut {status}) : {said}";
    "TW-D002": "the host lacks what a deployment needs: {missing}",
        "il manque à l’hôte ce qu’il faut pour un déploiement : {missing}",
        "install it and make sure that a login without a terminal finds it in PATH",
        "installez-le et assurez-vous qu’une connexion sans terminal le trouve dans PATH";
    "TW-D003": "the container engine does not answer: {said}",
        "le moteur de conteneurs ne répond pas : {said}",
        "start it, and put the login into the group docker", "démarrez-le et mettez le compte dans le groupe docker";
    "TW-D004": "the folder is not a git clone that can be used: {said}",
        "le dossier n’est pas un clone git utilisable : {said}",
        "clone the repository there, as the login that is configured",
        "clonez-y le dépôt, avec le compte configuré";
    "TW-D005": "the working tree on the host has changes of its own: {changes}",
        "l’arbre de travail de l’hôte a ses propres modifications : {changes}",
        "commit, ignore or remove them; a deployment would carry them along unseen",
        "validez-les, ignorez-les ou supprimez-les ; un déploiement les emporterait sans qu’on le voie";
    "TW-D006": "the repository has submodules, which are not supported",
        "le dépôt a des sous-modules, ce qui n’est pas pris en charge";
    "TW-D007": "the repository has files in Git LFS, which is not supported",
        "le dépôt a des fichiers dans Git LFS, ce qui n’est pas pris en charge";
    "TW-D010": "the compose files cannot be resolved: {said}",
        "les fichiers compose ne peuvent pas être résolus : {said}";
    "TW-D011": "these variables of the compose files are not set: {names}",
        "ces variables des fichiers compose ne sont pas définies : {names}",
        "set them in [repository.environment.deploy.env] or in the file .env on the host",
        "définissez-les dans [repository.environment.deploy.env] ou dans le fichier .env de l’hôte";
    "TW-D012": "the service {service} names no image; nothing is built on a host",
        "le service {service} ne nomme pas d’image ; rien n’est construit sur un hôte",
        "build it beforehand, push it to a registry and name it with `image:`",
        "construisez-la avant, envoyez-la vers un registre et nommez-la avec `image:`";
    "TW-D013": "the compose files name no service", "les fichiers compose ne nomment aucun service";
    "TW-D014": "no container of the project runs", "aucun conteneur du projet ne tourne";
    "TW-D015": "the container {container} does not stay up: {state}",
        "le conteneur {container} ne reste pas en marche : {state}",
        "its log tells why", "son journal dit pourquoi";
    "TW-D016": "the service {service} names what is no image: `{image}`",
        "le service {service} nomme ce qui n’est pas une image : `{image}`",
        "an image’s name is in lower case, with a tag behind `:` or a digest behind `@sha256:`",
        "le nom d’une image est en minuscules, avec un tag après `:` ou une empreinte après `@sha256:`";
    "TW-D017": "the service {service} would run another image than the gate `image` looked at",
        "le service {service} exécuterait une autre image que celle que la condition `image` a examinée",
        "the compose files or the file .env changed since; release again once they are settled",
        "les fichiers compose ou le fichier .env ont changé depuis ; publiez à nouveau une fois qu’ils sont stables";
    "TW-D018": "the service {service} runs {image} instead of {pinned}",
        "le service {service} exécute {image} au lieu de {pinned}",
        "somebody else changed the containers while it was deployed",
        "quelqu’un d’autre a changé les conteneurs pendant le déploiement";
    "TW-D019": "an earlier step did not find out what this one needs: {fact}",
        "une étape précédente n’a pas trouvé ce dont celle-ci a besoin : {fact}";
    "TW-D020": "{url} does not answer as it should: {evidence}",
        "{url} ne répond pas comme il faut : {evidence}";
    "TW-D021": "the step {step} ended with status {status}", "l’étape {step} s’est terminée avec le statut {status}",
        "the step’s log tells why", "le journal de l’étape dit pourquoi";
    "TW-D022": "the step {step} was lost on {host} and had not taken effect",
        "l’étape {step} s’est perdue sur {host} et n’avait pas eu d’effet",
        "it was killed, or the host was started anew", "elle a été tuée, ou l’hôte a redémarré";
    "TW-D023": "the step {step} ended well on {host}, but its effect is not there",
        "l’étape {step} s’est bien terminée sur {host}, mais son effet n’y est pas";
    "TW-D024": "what the compose files resolve to cannot be read ({bytes} bytes); it is not shown, as it holds the values of .env",
        "ce que donnent les fichiers compose résolus est illisible ({bytes} octets) ; ce n’est pas montré, car les valeurs de .env y sont",
        "look at `docker compose config` on the host: at most 1 MiB, and names of services of at most 100 letters, digits, `.`, `_` and `-`",
        "voyez `docker compose config` sur l’hôte : 1 Mio au plus, et des noms de services d’au plus 100 lettres, chiffres, `.`, `_` et `-`";
    "TW-D090": "the host {host} is no longer configured", "l’hôte {host} n’est plus configuré";
    "TW-D091": "this is no name for a step: {key}", "ce n’est pas un nom d’étape : {key}";
    "TW-D092": "the host {host} refuses: it was asked under the later number {token} already",
        "l’hôte {host} refuse : il a déjà été sollicité sous le numéro ultérieur {token}",
        "another tagwarden, or an older one, speaks to the same host",
        "un autre tagwarden, ou un plus ancien, parle au même hôte";
    "TW-R001": "the host cannot be reached: {why}", "l’hôte est injoignable : {why}";
    "TW-R002": "the host does not let us in: {why}", "l’hôte ne nous laisse pas entrer : {why}",
        "check user, key and authorized_keys", "vérifiez le compte, la clé et authorized_keys";
    "TW-R003": "the host shows another key than the pinned one: {why}",
        "l’hôte présente une autre clé que celle qui est fixée : {why}",
        "find out why before you change host_key: this may be an attack",
        "cherchez pourquoi avant de changer host_key : c’est peut-être une attaque";
    "TW-R004": "nothing is known: the host did not finish its answer: {why}",
        "on ne sait rien : l’hôte n’a pas terminé sa réponse : {why}";
    "TW-R005": "the host cannot do this: {why}", "l’hôte ne peut pas faire cela : {why}";
    "TW-R006": "this cannot be carried to a host: {why}", "ceci ne peut pas être transmis à un hôte : {why}";
    "TW-R007": "the folder for SSH connections cannot be used: {why}",
        "le dossier des connexions SSH est inutilisable : {why}";
};
