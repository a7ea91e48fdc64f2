//! Webhook, API, pages and event stream.
