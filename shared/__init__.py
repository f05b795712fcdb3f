"""The common library: mechanism only. Business words appear in `contracts/` and nowhere else here."""
