"""Five sentences as our g2p stage says them: Kokoro-shaped models are fitted to them, and speak them when measured.

Lengths are those of PERFORMANCE.md: a first clause of 20 phonemes, its sentence of 76, and 352 in all.
"""

from typing import Final

SENTENCES: Final = (
    "The clock in the hall, slow for years, struck nine as the rains began to fall.",
    "A letter lay on the kitchen table, unopened, beside cups of cold tea.",
    "Nobody had seen the postman since the bridge was closed for repairs.",
    "If the river rises again tonight, we will carry the books to the attic!",
    "Who would have guessed that the small house could hold so many clocks?",
)

PHONEMES: Final = (
    "ðə klˈɑk ɪn ðə hˈɔl, slˈO fɔɹ jˈɪɹz, stɹˈʌk nˈIn æz ðə ɹˈAnz bəɡˈæn tə fˈɔl.",
    "ɐ lˈɛTəɹ lˈA ˌɔn ðə kˈɪʧᵊn tˈAbᵊl, ˌʌnˈOpənd, bəsˈId kˈʌps ʌv kˈOld tˈi.",
    "nˈObˌɑdi hæd sˈin ðə pˈOstmᵊn sˈɪns ðə bɹˈɪʤ wʌz klˈOzd fɔɹ ɹəpˈɛɹz.",
    "ˌɪf ðə ɹˈɪvəɹ ɹˈIzᵻz əɡˈɛn tənˈIt, wi wɪl kˈɛɹi ðə bˈʊks tə ði ˈæTɪk!",
    "hˌu wʊd hæv ɡˈɛst ðæt ðə smˈɔl hˈWs kʊd hˈOld sˌO mˈɛni klˈɑks?",
)
"""One string a sentence."""
