"""Cases: a child's unbroken time with services: custody, involvement, level, episode, notes, tasks, chronology."""
