"""What tests share: real servers, builders, and waiting without sleeping for a fixed time."""
