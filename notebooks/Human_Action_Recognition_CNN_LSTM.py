# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Human action recognition with CNN + LSTM
#
# From a folder of clips to a trained, honestly measured model, from top to bottom. It runs as it
# is, on rendered people; set `DATA` below to train on your own clips.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/kinora-project/kinora/blob/main/notebooks/Human_Action_Recognition_CNN_LSTM.ipynb)

# %% [markdown]
# ## 1. Set up
#
# On Colab, choose *Runtime → Change runtime type → GPU* first. This cell installs Kinora there;
# anywhere else it is already installed.

# %%
import subprocess
import sys
from pathlib import Path

IN_COLAB = "google.colab" in sys.modules
if IN_COLAB and not Path("kinora").exists():
    repository = "https://github.com/kinora-project/kinora"
    subprocess.run(["git", "clone", "--depth", "1", repository], check=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "-e", "kinora[train]"], check=True
    )
    sys.path.insert(0, "kinora/backend")

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import matplotlib.pyplot as plt
import tensorflow as tf

gpus = tf.config.list_physical_devices("GPU")
print(f"Keras {keras.__version__}, {len(gpus)} GPU" + ("s" if len(gpus) != 1 else ""))

# %% [markdown]
# ## 2. The clips
#
# One folder per action is enough (`clips/wave/*.mp4`, `clips/clap/*.mp4`). The trees of UCF11,
# UCF50, UCF101, HMDB51, CSV lists of images and a `metadata.csv` are recognised by themselves;
# `kinora data fetch ucf101` downloads a public one. Without any, people are rendered: each body
# walks, waves, claps, jumps and punches once, and no body is in two parts.

# %%
DATA = None  # for instance "/content/drive/MyDrive/clips"
WORK = Path("runs/notebook")

# %%
from kinora.synthetic import DatasetOptions, write_dataset

data = Path(DATA) if DATA else WORK / "people"
if not data.exists():
    write_dataset(data, DatasetOptions(clips_per_action=60))

# %% [markdown]
# ## 3. Look them over
#
# Counts, lengths, unreadable files, copies that would leak from train into test, and what training
# will cost.

# %%
from IPython.display import Image, display

from kinora.data.doctor import inspect
from kinora.data.layouts import read
from kinora.data.sheet import write_sheet

clips = read(data)
print(inspect(clips).text())
write_sheet(clips, WORK / "sheet.png")
display(Image(WORK / "sheet.png"))

# %% [markdown]
# ## 4. Train
#
# Every frame goes through MobileNetV2 once; its features are kept on disk. The LSTM then learns on
# the features, in minutes. `fine_tune=5` would go on to train the last blocks of MobileNetV2 too,
# which is worth it with a GPU and a thousand clips or more.

# %%
from kinora.training.config import TrainingConfig
from kinora.training.trainer import Job, train

config = TrainingConfig(frames=16, size=160, epochs=30, views=2)
trained = train(Job(data, WORK / "models" / "people", config, is_resumed=True))

# %%
history = trained.history
figure, axes = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
for axis, name in zip(axes, ("accuracy", "loss"), strict=True):
    axis.plot([epoch[name] for epoch in history], label="train")
    axis.plot([epoch[f"val_{name}"] for epoch in history], label="val")
    axis.set(title=name, xlabel="epoch")
    axis.grid(alpha=0.3)
    axis.legend()
plt.show()

# %% [markdown]
# ## 5. How good is it?
#
# Measured on clips of bodies that it has never seen, through the very engine that will serve it,
# with 95 % intervals, and against two baselines that are trained here: one sees a single frame,
# one the mean of the frames without their order. What the LSTM is better by is what time is worth.

# %%
from IPython.display import Markdown

from kinora.data.splits import SplitOptions, split
from kinora.evaluation.baselines import with_baselines
from kinora.evaluation.measure import evaluate
from kinora.evaluation.report import to_markdown, write_report
from kinora.inference import Recognizer

recognizer = Recognizer.load(trained.bundle.folder)
parted = split(clips, SplitOptions(config.split, seed=config.seed))
evaluation = with_baselines(evaluate(recognizer, parted), recognizer, parted)
write_report(evaluation, WORK / "report")
display(Markdown(to_markdown(evaluation)))
display(Image(WORK / "report" / "confusion_matrix.png"))

# %% [markdown]
# The clips that it got wrong, most certain first. `report/report.html` shows those behind every
# cell of the confusion matrix.

# %%
from kinora import ClipSpec, read_clip

answers = evaluation.answers
wrong = [i for i in range(len(answers.truth)) if answers.chosen[i] != answers.truth[i]]
wrong.sort(key=lambda i: -answers.probabilities[i].max())
if not wrong:
    print("None: every clip of the test part was recognised.")
for i in wrong[:5]:
    sample = evaluation.samples[i]
    frames = read_clip(sample.path, ClipSpec(frame_count=6, size=120)).array
    figure, axis = plt.subplots(figsize=(10, 1.9), layout="constrained")
    axis.imshow(frames.transpose(1, 0, 2, 3).reshape(120, -1, 3))
    said = recognizer.info.classes[answers.chosen[i]]
    axis.set_title(f"{sample.label}, taken for {said} ({answers.probabilities[i].max():.0%})")
    axis.set_axis_off()
    plt.show()

# %% [markdown]
# ## 6. What was saved
#
# A bundle: `model.h5` is the whole Keras model, from uint8 frames to probabilities, `labels.json`
# its actions; `bundle.json` holds settings, scores and hashes, and `README.md` is its card.

# %%
for file in sorted(trained.bundle.folder.iterdir()):
    print(f"{file.stat().st_size / 1e6:8.2f} MB  {file.name}")

# %%
network = keras.models.load_model(trained.bundle.folder / "model.h5", compile=False)
network.summary()

# %% [markdown]
# ## 7. Try a clip

# %%
clip = parted.part("test")[0]
prediction = recognizer.predict(clip.path)
print(f"{clip.path.name} shows {clip.label}.")
for score in prediction.top[:3]:
    print(f"{score.confidence:7.1%}  {score.action}")

# %% [markdown]
# ## 8. Take it along
#
# Put the folder into `models/` of your Kinora and `make run` serves it.

# %%
import shutil

archive = shutil.make_archive(str(WORK / "bundle"), "zip", trained.bundle.folder)
print(Path(archive).name)
if IN_COLAB:
    from google.colab import files

    files.download(archive)
