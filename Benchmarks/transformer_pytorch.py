"""Trains a transformer of the same size with PyTorch, for comparison with `palate bench transformer`.

The last event of every user is held out and ranked among all items that the user had not met. Two pre-norm blocks, tied item
vectors, the full softmax over the catalogue in chunks whose gradient is made in the forward pass, AdamW with a warm-up and
half a cosine. Prints the standard NDCG@10 and the positions a second after each epoch.

    python Benchmarks/transformer_pytorch.py --interactions FILE --minutes 10
"""

import argparse
import csv
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class ChunkedCrossEntropy(torch.autograd.Function):
    """Mean cross-entropy of states @ vectors.T, without ever holding all logits."""

    @staticmethod
    def forward(context, states, vectors, targets, chunk):
        state_gradient = torch.empty_like(states)
        vector_gradient = torch.zeros_like(vectors)
        total = 0.0
        scale = 1.0 / len(states)
        for start in range(0, len(states), chunk):
            part = slice(start, start + chunk)
            logits = states[part] @ vectors.T
            rows = torch.arange(len(logits))
            normalizer = torch.logsumexp(logits, dim=1)
            total += float((normalizer - logits[rows, targets[part]]).sum())
            logits.sub_(normalizer[:, None]).exp_()
            logits[rows, targets[part]] -= 1.0
            logits.mul_(scale)
            torch.mm(logits, vectors, out=state_gradient[part])
            vector_gradient.addmm_(logits.T, states[part])
        context.save_for_backward(state_gradient, vector_gradient)
        return torch.tensor(total * scale)

    @staticmethod
    def backward(context, gradient):
        state_gradient, vector_gradient = context.saved_tensors
        return gradient * state_gradient, gradient * vector_gradient, None, None


class Block(nn.Module):
    def __init__(self, dimension, heads, dropout):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(dimension)
        self.projection = nn.Linear(dimension, 3 * dimension)
        self.attention_output = nn.Linear(dimension, dimension)
        self.feed_forward_norm = nn.LayerNorm(dimension)
        self.feed_forward = nn.Sequential(
            nn.Linear(dimension, 4 * dimension), nn.GELU(), nn.Linear(4 * dimension, dimension)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        batch, length, dimension = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.projection(self.attention_norm(x)).chunk(3, dim=-1)
        )
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.dropout(self.attention_output(attended.transpose(1, 2).reshape(batch, length, dimension)))
        return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))


class Model(nn.Module):
    def __init__(self, items, dimension, layers, heads, length, dropout):
        super().__init__()
        self.items = nn.Embedding(items + 1, dimension, padding_idx=items)
        self.positions = nn.Embedding(length, dimension)
        nn.init.normal_(self.items.weight, std=0.05)
        nn.init.normal_(self.positions.weight, std=0.05)
        self.blocks = nn.ModuleList(Block(dimension, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(dimension)
        self.dropout = nn.Dropout(dropout)
        self.scale = math.sqrt(dimension)

    def forward(self, histories):
        # Sequences are padded on the right, so that a causal mask hides the padding; positions count from the left.
        x = self.items(histories) * self.scale + self.positions.weight[: histories.shape[1]]
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def read(path):
    users = {}
    items = {}
    sequences = []
    with open(path, newline="") as file:
        rows = csv.DictReader(file)
        events = [(row["USER_ID"], int(row["TIMESTAMP"]), n, row["ITEM_ID"]) for n, row in enumerate(rows)]
    events.sort(key=lambda event: (event[1], event[2]))
    for user, _, _, item in events:
        if user not in users:
            users[user] = len(sequences)
            sequences.append([])
        sequences[users[user]].append(items.setdefault(item, len(items)))
    return sequences, len(items)


def windows(sequences, length, generator):
    """Every position once, in windows of at most `length`; long histories are cut at a random place."""
    result = []
    for items in sequences:
        start, end = 0, len(items) - 1
        if end > length:
            start = int(generator.integers(1, length + 1))
            result.append(items[: start + 1])
        while start < end:
            stop = min(start + length, end)
            result.append(items[start : stop + 1])
            start = stop
    return result


def padded(sequences, filler):
    width = max(map(len, sequences))
    return torch.tensor([items + [filler] * (width - len(items)) for items in sequences])


@torch.no_grad()
def measure(model, histories, targets, item_count, length):
    model.eval()
    total = 0.0
    for start in range(0, len(histories), 128):
        part = [items[-length:] for items in histories[start : start + 128]]
        states = model(padded(part, item_count))
        last = states[torch.arange(len(part)), torch.tensor([len(items) - 1 for items in part])]
        scores = last @ model.items.weight[:item_count].T
        for row, items in enumerate(histories[start : start + 128]):
            own = scores[row, targets[start + row]].item()
            scores[row, items] = -math.inf
            rank = int((scores[row] > own).sum())
            if rank < 10:
                total += 1 / math.log2(rank + 2)
    model.train()
    return total / len(histories)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--interactions", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--expected-positions-per-second", type=float, default=40_000, help="to plan the learning rate")
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--batch", type=int, default=64, help="windows")
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = np.random.default_rng(options.seed)

    sequences, item_count = read(options.interactions)
    tested = [items for items in sequences if len(items) >= 3]
    histories, targets = [items[:-1] for items in tested], [items[-1] for items in tested]
    training = [items[:-1] if len(items) >= 3 else items for items in sequences]

    model = Model(
        item_count, options.dimension, options.layers, options.heads, options.length, options.dropout)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    planned = options.minutes * 60 * options.expected_positions_per_second
    seconds, positions, step, epoch = 0.0, 0, 0, 0
    while seconds < options.minutes * 60:
        epoch += 1
        parts = windows(training, options.length, generator)
        # Windows of one length go together, so that little is padded.
        order = sorted(generator.permutation(len(parts)), key=lambda n: len(parts[n]) // 10)
        batches = [order[start : start + options.batch] for start in range(0, len(order), options.batch)]
        loss_sum, loss_count = 0.0, 0
        for batch in generator.permutation(len(batches)):
            start_time = time.perf_counter()
            rows = padded([parts[n] for n in batches[batch]], item_count)
            inputs, expected = rows[:, :-1], rows[:, 1:]
            known = expected != item_count
            states = model(inputs)[known]
            loss = ChunkedCrossEntropy.apply(states, model.items.weight[:item_count], expected[known], 256)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            step += 1
            progress = min(positions / planned, 1)
            rate = options.learning_rate * min(step / 200, 1) * (0.02 + 0.49 * (1 + math.cos(math.pi * progress)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            positions += int(known.sum())
            loss_sum += loss.item() * len(states)
            loss_count += len(states)
            seconds += time.perf_counter() - start_time
            if seconds >= options.minutes * 60:
                break
        gain = measure(model, histories, targets, item_count, options.length)
        print(
            f"epoch {epoch}, loss {loss_sum / loss_count:.4f}, standard NDCG@10 {gain:.4f}, "
            f"{seconds:.1f} s of training, {positions / seconds:.0f} positions/s", flush=True)


if __name__ == "__main__":
    main()
