//! Tables `[[calendar]]`, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::none;

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

/// An iCalendar feed (comes in a later version)
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Feed {
    /// Its name
    pub name: String,
    /// Where it is fetched
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The file that it is read from, instead of `url`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How often it is fetched
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
    /// After that it counts as closed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<String>,
}
