//! Tables `[[calendar]]`, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SecretReference, none};

/// When an environment may change
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "time_zone"]))]
pub struct Calendar {
    /// Its name
    pub name: String,
    /// The zone in which its wall times are read, such as `Europe/Paris`
    pub time_zone: String,
    /// Windows in which nothing changes
    #[serde(skip_serializing_if = "none")]
    pub closed: Vec<Window>,
    /// When given: closed outside of these windows
    #[serde(skip_serializing_if = "none")]
    pub open: Vec<Window>,
    /// Dated stretches in which nothing changes
    #[serde(skip_serializing_if = "none")]
    pub freeze: Vec<Freeze>,
    /// iCalendar feeds whose busy events close
    #[serde(skip_serializing_if = "none")]
    pub feed: Vec<Feed>,
}

/// A window that comes back every week or on given days
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "from", "to"]))]
pub struct Window {
    /// Its name
    pub name: String,
    /// The days on which it starts; without them every day
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<String>>,
    /// When it starts: `22:00`, or `Fri 16:00` for once a week
    pub from: String,
    /// When it ends: `06:00`, or `Mon 07:00`
    pub to: String,
}

/// A dated stretch in which nothing changes
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name", "from"]))]
pub struct Freeze {
    /// Its name
    pub name: String,
    /// When it starts, as wall time: `2026-12-01T08:00`
    pub from: String,
    /// When it ends; without it: until further notice
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// An iCalendar feed whose busy events close
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["name"]))]
pub struct Feed {
    /// Its name
    pub name: String,
    /// Where it is fetched, over HTTPS
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The file that it is read from, instead of `url`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who asks for it, when its server wants a login
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The password of `user`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
    /// Whether it may be fetched from a private address, and without TLS
    pub allow_private: bool,
    /// How often it is read again
    pub refresh: String,
    /// The age after which it counts as closed, by default `24h`; for a `path`, when it is given, the age of the file
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<String>,
    /// Only events of these categories count; none = all
    #[serde(skip_serializing_if = "none")]
    pub categories: Vec<String>,
    /// Only events whose summary looks like one of these count, where `*` stands for anything; none = all
    #[serde(skip_serializing_if = "none")]
    pub summary: Vec<String>,
    /// Whether events that leave people free are passed over
    pub only_busy: bool,
    /// How long before an event it closes
    pub pad_before: String,
    /// How long after an event it opens again
    pub pad_after: String,
    /// Whether the day before an event of whole days behaves like a Friday
    pub day_before_holiday: bool,
    /// The most malformed events, in per cent, with which it is still believed
    pub max_malformed: i64,
    /// Whether a file without any event is believed
    pub may_be_empty: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: None,
            path: None,
            user: None,
            password: None,
            allow_private: false,
            refresh: "15m".to_owned(),
            stale_after: None,
            categories: Vec::new(),
            summary: Vec::new(),
            only_busy: true,
            pad_before: "0s".to_owned(),
            pad_after: "0s".to_owned(),
            day_before_holiday: false,
            max_malformed: 10,
            may_be_empty: false,
        }
    }
}
