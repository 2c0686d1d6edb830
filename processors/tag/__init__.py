"""The tagger: text in, mentions of people, groups, states, places, weapons and themes out."""
