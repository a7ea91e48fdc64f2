//! Builds the house from the configuration, starts its tasks and stops them in order.
