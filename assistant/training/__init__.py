"""From pairs of story and case to an adapter that writes as the company does."""
