"""The alignment of tokens and frames without a loop: every frame takes its token's column.

What exporters make of `repeat_interleave` and a matrix of zeros and ones is a Loop over sequences, a ScatterND, and two
products with that matrix, of which each column has a single one: the same numbers.
"""

import numpy as np
from onnx import TensorProto

from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.patch import Patch

DURATIONS = "durations"


def alignment_patch(graph: Graph, durations: str, products: tuple[str, ...]) -> Patch:
    """Makes `DURATIONS` (int64 [n]) of the tensor `durations`, and `products` anew.

    A frame is of the first token that ends behind it: of that whose number is how many tokens have ended by then.
    """
    patch = Patch()
    first, last = patch.constant("alignment.first", np.array(0)), patch.constant("alignment.last", np.array(-1))
    one, flat = patch.constant("alignment.one", np.array(1)), patch.constant("alignment.flat", np.array([-1]))
    along, across = patch.constant("alignment.along", np.array([0])), patch.constant("alignment.across", np.array([1]))
    patch.make("Cast", [durations], "durations.whole", to=TensorProto.INT64)
    patch.make("Reshape", ["durations.whole", flat], DURATIONS)
    patch.make("CumSum", [DURATIONS, first], "alignment.ends")
    patch.make("Gather", ["alignment.ends", last], "alignment.count")
    patch.make("Range", [first, "alignment.count", one], "alignment.frames")
    patch.make("Unsqueeze", ["alignment.frames", across], "alignment.frame_column")
    patch.make("Unsqueeze", ["alignment.ends", along], "alignment.end_row")
    patch.make("GreaterOrEqual", ["alignment.frame_column", "alignment.end_row"], "alignment.is_over")
    patch.make("Cast", ["alignment.is_over"], "alignment.over", to=TensorProto.INT64)
    token_of_frame = patch.make("ReduceSum", ["alignment.over", across], "alignment.token_of_frame", keepdims=0)
    for product in products:
        maker = graph.maker(product)
        assert maker is not None
        patch.make("Gather", [maker.input[0], token_of_frame], product, axis=2)
    return patch
