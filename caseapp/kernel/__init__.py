"""The ground floor: database, subjects, events, slots, clock, errors and what every web page needs."""
