//! Small networks as bytes of the ONNX format, so that no binary file has to be kept.

/// One field of a message.
fn field(number: u64, kind: u64, content: &[u8]) -> Vec<u8> {
    let mut out = varint(number << 3 | kind);
    if kind == 2 {
        out.extend(varint(content.len() as u64));
    }
    out.extend(content);
    out
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn whole(number: u64, value: u64) -> Vec<u8> {
    field(number, 0, &varint(value))
}

fn text(number: u64, value: &str) -> Vec<u8> {
    field(number, 2, value.as_bytes())
}

fn message(number: u64, parts: &[Vec<u8>]) -> Vec<u8> {
    field(number, 2, &parts.concat())
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An input or output of floats with these dimensions, the first of them any number of rows.
fn value(number: u64, name: &str, width: Option<u64>) -> Vec<u8> {
    let rows = message(1, &[text(2, "N")]);
    let columns = width.map(|width| message(1, &[whole(1, width)]));
    let shape = message(2, &[rows, columns.unwrap_or_default()]);
    message(number, &[text(1, name), message(2, &[message(1, &[whole(1, 1), shape])])])
}

fn weights(name: &str, shape: &[u64], values: &[f32]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = shape.iter().map(|dimension| whole(1, *dimension)).collect();
    parts.extend([whole(2, 1), text(8, name), field(9, 2, &floats(values))]);
    message(5, &parts)
}

fn node(operation: &str, inputs: &[&str], outputs: &[&str], more: &[Vec<u8>]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = inputs.iter().map(|name| text(1, name)).collect();
    parts.extend(outputs.iter().map(|name| text(2, name)));
    parts.extend([text(3, outputs[0]), text(4, operation)]);
    parts.extend(more.iter().cloned());
    message(1, &parts)
}

fn model(graph: &[Vec<u8>], domains: &[(&str, u64)]) -> Vec<u8> {
    let mut parts = vec![whole(1, 8), message(7, &[graph.concat(), text(2, "scores")])];
    parts.extend(domains.iter().map(|(domain, version)| message(8, &[text(1, domain), whole(2, *version)])));
    parts.concat()
}

/// 1 / (1 + exp(-(weights · x + bias))), over one input with a row per subject.
pub fn logistic(factors: &[f32], bias: f32) -> Vec<u8> {
    let count = factors.len() as u64;
    model(
        &[
            node("MatMul", &["x", "w"], &["product"], &[]),
            node("Add", &["product", "b"], &["total"], &[]),
            node("Sigmoid", &["total"], &["score"], &[]),
            weights("w", &[count, 1], factors),
            weights("b", &[1], &[bias]),
            value(11, "x", Some(count)),
            value(12, "score", Some(1)),
        ],
        &[("", 13)],
    )
}

/// The input itself times a matrix: as many numbers per row as it has columns.
pub fn linear(rows: usize, columns: usize, factors: &[f32]) -> Vec<u8> {
    let (rows, columns) = (rows as u64, columns as u64);
    model(
        &[
            node("MatMul", &["x", "w"], &["score"], &[]),
            weights("w", &[rows, columns], factors),
            value(11, "x", Some(rows)),
            value(12, "score", Some(columns)),
        ],
        &[("", 13)],
    )
}

/// The sum of two inputs that come one by one.
pub fn sum_of_two() -> Vec<u8> {
    model(
        &[
            node("Add", &["first", "second"], &["score"], &[]),
            value(11, "first", Some(1)),
            value(11, "second", Some(1)),
            value(12, "score", Some(1)),
        ],
        &[("", 13)],
    )
}

/// A yes-or-no classifier as libraries of statistics export it: a label, and the probabilities of no and of yes.
pub fn classifier(factors: &[f32], bias: f32) -> Vec<u8> {
    let opposite: Vec<f32> = factors.iter().map(|factor| -factor).collect();
    let all: Vec<f32> = opposite.iter().chain(factors).copied().collect();
    let attribute = |name: &str, kind: u64, content: Vec<u8>| message(5, &[text(1, name), content, whole(20, kind)]);
    let many = |values: &[f32]| values.iter().flat_map(|value| field(7, 5, &value.to_le_bytes())).collect::<Vec<u8>>();
    let attributes = [
        attribute("coefficients", 6, many(&all)),
        attribute("intercepts", 6, many(&[-bias, bias])),
        attribute("classlabels_ints", 7, [whole(8, 0), whole(8, 1)].concat()),
        attribute("post_transform", 3, text(4, "LOGISTIC")),
        attribute("multi_class", 2, whole(3, 1)),
        text(7, "ai.onnx.ml"),
    ];
    model(
        &[
            node("LinearClassifier", &["x"], &["label", "probabilities"], &attributes),
            value(11, "x", Some(factors.len() as u64)),
            value(12, "label", None),
            value(12, "probabilities", Some(2)),
        ],
        &[("", 13), ("ai.onnx.ml", 1)],
    )
}
