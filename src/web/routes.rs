//! Which path leads where. Whatever is not named here does not exist.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::StatusCode;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reject::{MethodNotAllowed, Rejection};

use crate::web::call::Windows;
use crate::web::house::House;
use crate::web::reply::{Response, Unwanted};
use crate::web::{api, probes, site, webhook};

/// What listens behind one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// Pages and API.
    Pages,
    /// Webhooks alone.
    Webhooks,
    /// Everything.
    Both,
}

/// Returns the routes behind one address; the answer to what none of them wants carries [`Unwanted`].
pub fn routes<H: House>(windows: &Arc<Windows<H>>, front: Front) -> BoxedFilter<(Response,)> {
    let mut all = probes::routes(windows);
    if front != Front::Pages {
        all = all.or(webhook::routes(windows)).unify().boxed();
    }
    if front != Front::Webhooks {
        all = all.or(site::routes(windows)).unify().or(api::routes(windows)).unify().boxed();
    }
    all.recover(unwanted).unify().boxed()
}

async fn unwanted(rejection: Rejection) -> Result<Response, Infallible> {
    let status = if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::BAD_REQUEST
    };
    let mut response = Response::default();
    *response.status_mut() = status;
    response.extensions_mut().insert(Unwanted(status));
    Ok(response)
}
