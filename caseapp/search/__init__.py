"""Search from the head of each page: people and referrals, only what the searcher may see."""
