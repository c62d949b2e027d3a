"""Reviews 评议: a panel scores candidates, and the ranking explains itself."""
