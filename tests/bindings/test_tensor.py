"""Tensors and arrays share the library's memory: DLPack, NumPy, torch, and views that nobody writes into."""

import gc

import numpy as np
import pytest

import aicovid

PLAN = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": [6, 5]}])


def radiographs(count):
    generator = np.random.default_rng(3)
    return [aicovid.Radiograph.from_array(generator.integers(0, 255, (20 + n, 30), np.uint8)) for n in range(count)]


def test_a_batch_is_its_singles():
    images = radiographs(3)
    tensor, sources = PLAN.run_batch(images)
    assert tensor.shape == (3, 1, 6, 5) and len(tensor) == 3 and (tensor.dtype, tensor.device) == ("float32", "cpu")
    assert repr(tensor) == "<aicovid.Tensor [3, 1, 6, 5] float32 on cpu>"
    for one, source, image in zip(tensor.numpy(), sources, images):
        expected, whole = PLAN.run(image)
        assert np.array_equal(one, expected[0]) and source == whole
    last, _ = PLAN.run_batch(images, layout="nhwc", dtype="float16")
    assert last.shape == (3, 6, 5, 1)
    assert np.array_equal(last.numpy()[..., 0], tensor.numpy()[:, 0].astype(np.float16))


def test_numpy_and_torch_use_the_same_memory():
    torch = pytest.importorskip("torch")
    tensor, _ = PLAN.run_batch(radiographs(2))
    ours, exchanged, array = torch.from_dlpack(tensor), np.from_dlpack(tensor), np.asarray(tensor)
    assert ours.shape == (2, 1, 6, 5) and ours.dtype == torch.float32 and ours.device.type == "cpu"
    ours[1, 0, 2, 3] = 7
    assert exchanged[1, 0, 2, 3] == 7 and array[1, 0, 2, 3] == 7 and tensor.numpy()[1, 0, 2, 3] == 7
    assert np.shares_memory(exchanged, array)
    copied = np.array(tensor, dtype=np.float64)
    copied[:] = 0
    assert array[1, 0, 2, 3] == 7


def test_the_memory_outlives_the_tensor():
    torch = pytest.importorskip("torch")
    tensor, _ = PLAN.run_batch(radiographs(2))
    kept = tensor.numpy().copy()
    views = [torch.from_dlpack(tensor), torch.utils.dlpack.from_dlpack(tensor.__dlpack__()), np.from_dlpack(tensor), np.asarray(tensor)]
    del tensor
    gc.collect()
    PLAN.run_batch(radiographs(9))
    assert all(np.array_equal(np.asarray(view), kept) for view in views)


def test_bfloat16_is_what_torch_has():
    torch = pytest.importorskip("torch")
    images = radiographs(2)
    tensor, _ = PLAN.run_batch(images, dtype="bfloat16")
    exact = torch.from_dlpack(PLAN.run_batch(images)[0])
    assert torch.equal(torch.from_dlpack(tensor), exact.to(torch.bfloat16))
    with pytest.raises(aicovid.UnsupportedError, match="torch.from_dlpack"):
        tensor.numpy()


def test_the_protocol_is_kept():
    tensor, _ = PLAN.run_batch(radiographs(1))
    assert tensor.__dlpack_device__() == (1, 0)
    assert '"dltensor"' in repr(tensor.__dlpack__()) and '"dltensor_versioned"' in repr(tensor.__dlpack__(max_version=(1, 0)))
    assert '"dltensor"' in repr(tensor.__dlpack__(max_version=(0, 8)))
    for wrong in ({"copy": True}, {"dl_device": (2, 0)}, {"stream": 1}):
        with pytest.raises(BufferError):
            tensor.__dlpack__(**wrong)
    with pytest.raises(ValueError, match="copy"):
        tensor.__array__(np.dtype(np.float64), copy=False)
    with pytest.raises(aicovid.InvalidArgumentError, match="no streams"):
        PLAN.run_batch(radiographs(1), stream=7)


def test_an_absent_device_is_an_error():
    with pytest.raises(aicovid.DeviceUnavailableError):
        PLAN.run_batch(radiographs(1), device="cuda:99")


def test_an_embedding_is_shared_and_keeps_its_examination(assessor):
    torch = pytest.importorskip("torch")
    examination = assessor.examine(radiographs(1)[0], force=True)
    embedding = examination.embedding
    shared = torch.from_dlpack(embedding)
    assert shared.data_ptr() == embedding.__array_interface__["data"][0] and shared.dtype == torch.float32
    kept = embedding.copy()
    del examination
    gc.collect()
    assert np.array_equal(embedding, kept) and np.array_equal(shared, kept)


def test_pixels_keep_their_radiograph():
    given = np.arange(20 * 30, dtype=np.uint16).reshape(20, 30)
    pixels = aicovid.Radiograph.from_array(given).pixels
    gc.collect()
    radiographs(20)
    assert np.array_equal(pixels, given)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 1


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_cuda_device_gives_what_the_cpu_gives(dtype):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    images = radiographs(3)
    expected, sources = PLAN.run_batch(images, dtype=dtype)
    for stream in (torch.cuda.default_stream(), torch.cuda.Stream()):
        with torch.cuda.stream(stream):
            tensor, found = PLAN.run_batch(images, dtype=dtype, device="cuda", stream=stream.cuda_stream)
            assert found == sources and tensor.device == "cuda:0"
            assert torch.equal(torch.from_dlpack(tensor).cpu(), torch.from_dlpack(expected))
    with pytest.raises(BufferError, match="asked for in stream"):
        tensor.__dlpack__(stream=1)
    with pytest.raises(aicovid.InvalidArgumentError, match="torch.from_dlpack"):
        tensor.numpy()
    del tensor
