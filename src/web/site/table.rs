//! Every address for people, and who may open it. Whatever is not named here does not exist.

use hyper::Method;

use crate::web::act_name::ActName;
use crate::web::template::{Places, fit};

/// Who may open an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody: what is needed to sign in, and what asks for a token by itself.
    Open,
    /// Whoever is signed in.
    SignedIn,
}

/// What stands at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The front door; leads to the list.
    Home,
    /// The list of releases.
    Releases,
    /// What tells an open list that something changed.
    ReleasesEvents,
    /// One release.
    Release,
    /// What tells an open page of a release that something changed.
    ReleaseEvents,
    /// The log of a step.
    Step,
    /// The log of a step as plain text.
    StepText,
    /// What brings new lines of a log.
    StepEvents,
    /// The form that asks something of a release.
    Ask(ActName),
    /// When environments may change, and who holds them.
    Calendar,
    /// An environment's closed times, slots and releases for calendar programs.
    CalendarFeed,
    /// The form that puts a stop on an environment.
    HoldEnvironment,
    /// The form that takes it away.
    LiftEnvironment,
    /// The form that signs in.
    SignInForm,
    /// Signing in.
    SignIn,
    /// Signing out.
    SignOut,
    /// A file that pages need.
    Asset,
}

/// One address.
#[derive(Debug)]
pub struct Route {
    /// How it is asked for.
    pub method: Method,
    /// Where it is.
    pub template: &'static str,
    /// Who may open it.
    pub access: Access,
    /// What stands there.
    pub stand: Stand,
}

const fn get(template: &'static str, stand: Stand) -> Route {
    Route { method: Method::GET, template, access: Access::SignedIn, stand }
}

const fn ask(template: &'static str, act: ActName) -> Route {
    Route { method: Method::POST, template, access: Access::SignedIn, stand: Stand::Ask(act) }
}

const fn open(method: Method, template: &'static str, stand: Stand) -> Route {
    Route { method, template, access: Access::Open, stand }
}

/// All of them.
pub const ROUTES: &[Route] = &[
    get("/", Stand::Home),
    get("/releases", Stand::Releases),
    get("/releases/events", Stand::ReleasesEvents),
    get("/releases/{id}", Stand::Release),
    get("/releases/{id}/events", Stand::ReleaseEvents),
    get("/releases/{id}/steps/{key}", Stand::Step),
    get("/releases/{id}/steps/{key}/log.txt", Stand::StepText),
    get("/releases/{id}/steps/{key}/events", Stand::StepEvents),
    ask("/releases/{id}/approve", ActName::Approve),
    ask("/releases/{id}/deny", ActName::Deny),
    ask("/releases/{id}/withdraw", ActName::Withdraw),
    ask("/releases/{id}/hold", ActName::Hold),
    ask("/releases/{id}/lift", ActName::Lift),
    ask("/releases/{id}/tick", ActName::Tick),
    ask("/releases/{id}/sign-off", ActName::SignOff),
    ask("/releases/{id}/override", ActName::Override),
    ask("/releases/{id}/confirm-override", ActName::ConfirmOverride),
    ask("/releases/{id}/end-override", ActName::EndOverride),
    ask("/releases/{id}/rollback", ActName::Rollback),
    ask("/releases/{id}/retry", ActName::Retry),
    ask("/releases/{id}/brought-back", ActName::BroughtBack),
    get("/calendar", Stand::Calendar),
    open(Method::GET, "/calendar/{environment}", Stand::CalendarFeed),
    Route {
        method: Method::POST,
        template: "/calendar/hold",
        access: Access::SignedIn,
        stand: Stand::HoldEnvironment,
    },
    Route {
        method: Method::POST,
        template: "/calendar/lift",
        access: Access::SignedIn,
        stand: Stand::LiftEnvironment,
    },
    Route { method: Method::POST, template: "/sign-out", access: Access::SignedIn, stand: Stand::SignOut },
    open(Method::GET, "/sign-in", Stand::SignInForm),
    open(Method::POST, "/sign-in", Stand::SignIn),
    open(Method::GET, "/assets/{digest}/{name}", Stand::Asset),
];

/// Returns the routes that stand at this path, whatever their method.
pub fn at(path: &str) -> impl Iterator<Item = (&'static Route, Places)> {
    ROUTES.iter().filter_map(move |route| Some((route, fit(route.template, path)?)))
}

/// Returns `path` when it is a page of ours that one may be led to; nothing else is ever redirected to.
pub fn local(path: &str) -> Option<&str> {
    let is_page = |(route, _): (&Route, Places)| match route.stand {
        Stand::Releases | Stand::Release | Stand::Step | Stand::Calendar => route.method == Method::GET,
        Stand::Home
        | Stand::ReleasesEvents
        | Stand::ReleaseEvents
        | Stand::StepText
        | Stand::StepEvents
        | Stand::Ask(_)
        | Stand::CalendarFeed
        | Stand::HoldEnvironment
        | Stand::LiftEnvironment
        | Stand::SignInForm
        | Stand::SignIn
        | Stand::SignOut
        | Stand::Asset => false,
    };
    at(path).any(is_page).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_only_led_to_pages_of_ours() {
        for good in ["/releases", "/releases/12", "/releases/12/steps/12.do.1"] {
            assert_eq!(local(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/releases",
            "/releases?x=//evil",
            "/releases/12/approve",
            "/releases/12/events",
            "/sign-out",
            "/releases/..",
            "/releases/12\r\nset-cookie: a=b",
            "/RELEASES",
            "/release\u{17f}",
            " /releases",
            "/releases#x",
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_act_has_its_address_and_only_signing_in_is_open() {
        for act in ActName::ALL {
            let path = format!("/releases/1/{}", act.name());
            assert!(at(&path).any(|(route, _)| route.stand == Stand::Ask(act)), "{path}");
        }
        let open: Vec<&str> =
            ROUTES.iter().filter(|route| route.access == Access::Open).map(|route| route.template).collect();
        assert_eq!(open, ["/calendar/{environment}", "/sign-in", "/sign-in", "/assets/{digest}/{name}"]);
    }
}
