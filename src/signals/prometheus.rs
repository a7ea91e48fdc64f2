//! What does a Prometheus server answer to a query now?
//!
//! The answer is a vector or a scalar; every sample is a number as text, and may be `NaN` or infinite. An empty vector
//! is a success of the server and says nothing about the world
//! (<https://prometheus.io/docs/prometheus/latest/querying/api/>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::http::Page;

/// One series of an answer, with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The series as people write it: `errors{job="bridge"}`; empty for a scalar.
    pub series: String,
    /// Its value.
    pub value: f64,
}

/// Why an answer has no samples that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// The server could not be asked or refused the query, or this is no answer of Prometheus.
    Failed(String),
    /// The server says that a part of the data is missing.
    Partial,
    /// The server warns about its own answer, and so what it saw may be a part only.
    Warned(String),
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Envelope {
    Success {
        data: Data,
        #[serde(default)]
        warnings: Option<Vec<String>>,
        #[serde(default, rename = "isPartial")]
        partial: Option<bool>,
    },
    Error {
        error: String,
    },
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: serde_json::Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

/// Returns the address that a query is sent to.
pub fn query_url(server: &str) -> String {
    format!("{}/api/v1/query", server.trim_end_matches('/'))
}

/// Returns the samples of an answer.
///
/// # Errors
/// Why there are none that count.
pub fn samples(page: &Page) -> Result<Vec<Sample>, Unread> {
    if !page.whole {
        return Err(Unread::Failed("the answer is larger than 1 MiB".to_owned()));
    }
    match serde_json::from_slice(&page.body) {
        Ok(Envelope::Success { partial: Some(true), .. }) => Err(Unread::Partial),
        Ok(Envelope::Success { warnings: Some(warnings), .. }) if !warnings.is_empty() => {
            Err(Unread::Warned(warnings.join("; ")))
        }
        Ok(Envelope::Success { data, .. }) => read(data).map_err(Unread::Failed),
        Ok(Envelope::Error { error }) => Err(Unread::Failed(error)),
        Err(_) => Err(Unread::Failed(format!("answered {}, and not as Prometheus does", page.status))),
    }
}

fn read(data: Data) -> Result<Vec<Sample>, String> {
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no value"));
    let foreign = |_| "the result is not what Prometheus gives".to_owned();
    match data.kind.as_str() {
        "scalar" => {
            let (_, text): (f64, String) = serde_json::from_value(data.result).map_err(foreign)?;
            Ok(vec![Sample { series: String::new(), value: number(&text)? }])
        }
        "vector" => {
            let all: Vec<Series> = serde_json::from_value(data.result).map_err(foreign)?;
            all.iter()
                .map(|one| Ok(Sample { series: written(&one.metric), value: number(&one.value.1)? }))
                .collect()
        }
        _ => Err("the query gives neither a vector nor a scalar".to_owned()),
    }
}

fn written(metric: &BTreeMap<String, String>) -> String {
    let name = metric.get("__name__").map_or("", String::as_str);
    let labels: Vec<String> = metric
        .iter()
        .filter(|(label, _)| *label != "__name__")
        .map(|(label, value)| format!("{label}={value:?}"))
        .collect();
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page { status: 200, body: body.as_bytes().to_vec(), whole: true }
    }

    #[test]
    fn vectors_and_scalars_are_read_and_nothing_else_is() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"__name__":"errors","job":"a\"b"},"value":[1435781451.781,"0.5"]},
            {"metric":{},"value":[1435781451.781,"NaN"]}]}}"#;
        let read = samples(&page(vector)).unwrap();
        assert_eq!(read[0], Sample { series: r#"errors{job="a\"b"}"#.to_owned(), value: 0.5 });
        assert!(read[1].series.is_empty() && read[1].value.is_nan());
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"-Inf"]}}"#;
        assert_eq!(samples(&page(scalar)).unwrap()[0].value, f64::NEG_INFINITY);
        let empty = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        assert_eq!(samples(&page(empty)), Ok(Vec::new()));
        for (body, says) in [
            (r#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#, "parse error"),
            (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "neither a vector"),
            (r#"{"status":"success","data":{"resultType":"scalar","result":[1,"x"]}}"#, "`x` is no value"),
            ("<html>", "not as Prometheus"),
        ] {
            let why = samples(&page(body)).unwrap_err();
            assert!(matches!(&why, Unread::Failed(why) if why.contains(says)), "{why:?}");
        }
        assert!(samples(&Page { whole: false, ..page(empty) }).is_err());
    }

    #[test]
    fn an_answer_of_which_its_server_says_that_something_is_missing_does_not_count() {
        let answer = |more: &str| {
            let body =
                format!(r#"{{"status":"success",{more}"data":{{"resultType":"vector","result":[]}}}}"#);
            samples(&page(&body))
        };
        assert_eq!(answer(r#""isPartial":true,"#), Err(Unread::Partial));
        let warned = Err(Unread::Warned("store a: timed out; store b: refused".to_owned()));
        assert_eq!(answer(r#""warnings":["store a: timed out","store b: refused"],"#), warned);
        for whole in [r#""isPartial":false,"warnings":[],"#, r#""warnings":null,"infos":["a hint"],"#] {
            assert_eq!(answer(whole), Ok(Vec::new()), "{whole}");
        }
    }
}
