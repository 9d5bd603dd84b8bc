"""Made articles of any number, with planted truth: a content farm by the megabyte.

Everything follows from the number of an article and a position by one mixing function on 64-bit
integers, so a corpus is the same on every machine, no state is kept between articles, and any
article can be made again on its own: that is how the place of a copied run in its donor is known
while only the host is at hand. No floating point decides a byte.

A sentence is a key and a length. Its word t is drawn by `mix(key + t)` from a table of ranks, so
a copy is a sentence with the key of another one, and an edit draws single words by the key of the
host. Lengths, frequencies and shares are those of real posts, as `python -m benchmarks.posts`
measures them; the words are made of syllables, but for the most frequent ones, so filler rules
find next to nothing in them. A word is drawn independently of the one before it: nothing but what
is planted recurs, and that is easier than real text.

A *copy* is 1 to 10 sentences of another article on another topic, edited to a chosen Jaccard
similarity of its 5-word shingles, as a paragraph of its own or within one. A *form* is a paragraph
of fixed words with slots, a *notice* one without, at the end of an article.

Legend: A articles of a batch, S sentences, W words.
"""
