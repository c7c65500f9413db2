"""The HTTP doors: sessions and those who watch them, by WHIP and WHEP; media never passes through."""
