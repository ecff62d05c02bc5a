"""What a citizen wishes for his reports without a code: that he be hidden, that one be withdrawn, how one stands; and what owners ask."""

from tests.harness.stories import stories_of

TOFU = "tetangga saya membuang limbah tahu ke sungai di Desa Debong Kota Tegal"
LAMP = "lampu jalan mati di Jalan Pemuda, Kota Semarang"
WASTE = "sampah menumpuk di Pasar Johar Kota Semarang"


test_story = stories_of(__file__)
