"""Search 检索: finds things by words and pinyin initials, inside the database that holds them."""
