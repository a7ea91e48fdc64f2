//! What windows see of an environment: its calendars with what their feeds say now, its releases, and who holds it.

use crate::domain::calendar::Calendar;
use crate::engine::view::{EnvironmentView, HoldView};
use crate::engine::{Engine, EngineError, Filter};

/// The releases of an environment that are worth showing in a calendar.
const NEWEST: usize = 50;

impl Engine {
    /// Returns every environment, in the order of the configuration.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn environments(&self) -> Result<Vec<EnvironmentView>, EngineError> {
        let now = self.now();
        let mut views = Vec::new();
        for place in self.places() {
            let scope = place.scope();
            let holds = self.store().read(move |r| r.holds_on(&scope, now)).await?;
            let filter = Filter {
                repository: Some(place.repository.name.to_string()),
                environment: Some(place.environment.name.to_string()),
                limit: NEWEST,
                ..Filter::default()
            };
            let calendars: Vec<Calendar> = self.calendars(place);
            views.push(EnvironmentView {
                repository: place.repository.name.clone(),
                environment: place.environment.name.clone(),
                time_zone: place.zone.iana_name().unwrap_or("UTC").to_owned(),
                calendars,
                room: place.environment.max_duration,
                releases: self.rows(filter).await?,
                holds: holds
                    .into_iter()
                    .map(|hold| HoldView {
                        scope: hold.scope,
                        person: hold.person,
                        reason: hold.reason,
                        at: hold.at,
                        until: hold.until,
                    })
                    .collect(),
            });
        }
        Ok(views)
    }
}
