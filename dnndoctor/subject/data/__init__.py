"""The user's data in every form they may return or store it, and the bounded sample that is drawn from it. One form a file."""
