"""ONNX graphs as functions; the only module that imports onnxruntime."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Graph = Callable[[dict[str, NDArray[Any]]], list[NDArray[np.float32]]]


def load_graph(content: bytes, weights: Path | None = None) -> Graph:
    """A graph as a function from its inputs by name to its outputs; it runs on the thread that calls it.

    `weights` is the folder of the file that holds the graph's constants, where these are outside it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Of the further fusions one, the residual sum with its normalisation, is slower than its parts.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    if weights is not None:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(inputs: dict[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = session.run(None, inputs)
        return outputs

    return run
