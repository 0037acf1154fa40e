"""How arrays lie: whether neighbours are alike, whether rows stay apart, and what reshapes do to both."""
