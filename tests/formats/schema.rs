//! A checker of JSON against a schema, as far as the project's schemas go: what it does not know stops the test.

use serde_json::{Map, Value};

/// Keywords that are no rule, and those that are read together in `check_members`.
const SAYS_NOTHING_ALONE: [&str; 9] = [
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
];

/// Every place where a value is not as the schema says, with what is wrong there.
pub(super) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut checker = Checker {
        root: schema,
        faults: Vec::new(),
    };
    checker.check(schema, value, "$");
    checker.faults
}

struct Checker<'a> {
    root: &'a Value,
    faults: Vec<String>,
}

impl Checker<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let rules = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return self.fault(at, "is not allowed"),
            _ => schema.as_object().expect("a schema is an object"),
        };
        for (keyword, rule) in rules {
            if SAYS_NOTHING_ALONE.contains(&keyword.as_str()) {
                continue;
            }
            match keyword.as_str() {
                "$ref" => self.check_reference(rule, value, at),
                "items" => self.check_items(rule, value, at),
                "required" => self.check_required(rule, value, at),
                _ => self.check_value(keyword, rule, value, at),
            }
        }
        if let Value::Object(members) = value {
            self.check_members(rules, members, at);
        }
    }

    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at} {what}"));
    }

    fn check_reference(&mut self, rule: &Value, value: &Value, at: &str) {
        let pointer = rule.as_str().and_then(|text| text.strip_prefix('#'));
        let target = pointer.and_then(|pointer| self.root.pointer(pointer));
        let target = target.expect("a reference into the schema").clone();
        self.check(&target, value, at);
    }

    fn check_items(&mut self, rule: &Value, value: &Value, at: &str) {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(rule, item, &format!("{at}[{index}]"));
        }
    }

    fn check_required(&mut self, rule: &Value, value: &Value, at: &str) {
        let Value::Object(members) = value else {
            return;
        };
        for name in strings(rule) {
            if !members.contains_key(name) {
                self.fault(at, &format!("has no `{name}`"));
            }
        }
    }

    fn check_value(&mut self, keyword: &str, rule: &Value, value: &Value, at: &str) {
        let holds = match keyword {
            "type" => match rule {
                Value::String(kind) => is_a(value, kind),
                kinds => strings(kinds).any(|kind| is_a(value, kind)),
            },
            "const" => value == rule,
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| number >= rule.as_i64().expect("a number")),
            "pattern" => {
                let pattern = rule.as_str().expect("a pattern");
                value.as_str().is_none_or(|text| matches(pattern, text))
            }
            unknown => panic!("the checker does not know `{unknown}`"),
        };
        if !holds {
            self.fault(at, &format!("is {value}, against {keyword} {rule}"));
        }
    }

    fn check_members(
        &mut self,
        rules: &Map<String, Value>,
        members: &Map<String, Value>,
        at: &str,
    ) {
        let rule = |name: &str| rules.get(name).and_then(Value::as_object);
        for (name, member) in members {
            let at = format!("{at}.{name}");
            let mut is_known = false;
            if let Some(schema) = rule("properties").and_then(|known| known.get(name)) {
                is_known = true;
                self.check(schema, member, &at);
            }
            for (pattern, schema) in rule("patternProperties").into_iter().flatten() {
                if matches(pattern, name) {
                    is_known = true;
                    self.check(schema, member, &at);
                }
            }
            if let Some(schema) = rules.get("additionalProperties").filter(|_| !is_known) {
                self.check(schema, member, &at);
            }
            if let Some(schema) = rules.get("propertyNames") {
                self.check(schema, &Value::String(name.clone()), &at);
            }
        }
    }
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("the checker does not know the type `{unknown}`"),
    }
}

/// The few patterns there are, without an engine for all there could be.
fn matches(pattern: &str, text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match pattern {
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(is_hex),
        "^[0-9]{4}-[0-9]{2}$" => {
            let shape: Vec<bool> = text.bytes().map(|byte| byte.is_ascii_digit()).collect();
            shape == [true, true, true, true, false, true, true] && text.as_bytes()[4] == b'-'
        }
        "^[a-z][a-z-]*$" => {
            let is_letter = |byte: u8| byte.is_ascii_lowercase();
            text.bytes().next().is_some_and(is_letter)
                && text.bytes().all(|byte| is_letter(byte) || byte == b'-')
        }
        "^segment\\." => text.starts_with("segment."),
        unknown => panic!("the checker does not know the pattern `{unknown}`"),
    }
}
