//! The sources that a watch looks at, one file each.
