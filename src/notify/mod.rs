//! Words a message for one channel and sends it, one file per channel.
