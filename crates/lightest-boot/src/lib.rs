//! Boots one configuration and tells, event by event, what happened when.
