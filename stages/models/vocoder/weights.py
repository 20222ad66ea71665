"""Weights as our graphs want them: what stands around a convolution moved into it."""

from dataclasses import replace

import numpy as np

from utterd.stages.models.vocoder.description import Array, Convolution, Upsampling, Vocoder


def after_snake(convolution: Convolution, alpha: Array) -> Convolution:
    """Takes Snake without its `1 / alpha`: z + sin(z)^2."""
    return replace(convolution, weight=convolution.weight / alpha[None, :, None])


def after_sum(convolution: Convolution, count: int) -> Convolution:
    """Takes a sum of `count` where the mean was meant; a LeakyReLU between does not mind."""
    return replace(convolution, weight=convolution.weight * np.float32(1 / count))


def upsampling_after_sum(upsampling: Upsampling, count: int) -> Upsampling:
    return replace(upsampling, weight=upsampling.weight * np.float32(1 / count))


def polyphase(upsampling: Upsampling) -> Convolution:
    """A convolution at the low rate whose output channels (out, stride) are `stride` frames of the high rate each.

    Laid out one after another these are the transposed convolution before its padding is cut away, with the end filled
    up to whole steps: cut `padding` frames at the beginning and `end_trim` at the end.
    """
    inputs, outputs, kernel = upsampling.weight.shape
    stride = upsampling.stride
    taps = _taps(upsampling)
    # An input's tap n lands n frames behind it: phase n % stride of the step n // stride later.
    weight = np.zeros((inputs, outputs, taps * stride), np.float32)
    weight[:, :, :kernel] = upsampling.weight
    phases = weight.reshape(inputs, outputs, taps, stride)[:, :, ::-1]
    return Convolution(
        weight=phases.transpose(1, 3, 0, 2).reshape(outputs * stride, inputs, taps),
        bias=np.repeat(upsampling.bias, stride),
        padding=taps - 1,
    )


def end_trim(upsampling: Upsampling) -> int:
    """Frames to cut at the end of what `polyphase` gives."""
    return _taps(upsampling) * upsampling.stride - int(upsampling.weight.shape[2]) + upsampling.padding


def inverse_transform(vocoder: Vocoder) -> Upsampling:
    """Real and imaginary parts (2 * bins channels) to samples."""
    weight = np.concatenate([vocoder.inverse_real, vocoder.inverse_imaginary])
    return Upsampling(weight=weight, bias=np.zeros(1, np.float32), stride=vocoder.hop, padding=vocoder.trim)


def _taps(upsampling: Upsampling) -> int:
    return -(-int(upsampling.weight.shape[2]) // upsampling.stride)
