//! Which node to use, and which one after it.

use fastrand::Rng;

/// The nodes one may use, in turn, and the one in use.
#[derive(Debug)]
pub(crate) struct Nodes {
    /// Where the page came from: kept as a last resort, should the nodes tell addresses that cannot
    /// be reached from here.
    home: String,
    list: Vec<String>,
    at: usize,
}

impl Nodes {
    /// The first is where the page came from.
    pub(crate) fn new(nodes: Vec<String>) -> Self {
        let home = nodes.first().map(|node| base(node)).unwrap_or_default();
        let mut nodes = Self {
            home,
            list: nodes,
            at: 0,
        };
        nodes.tidy();
        nodes
    }

    pub(crate) fn current(&self) -> &str {
        &self.list[self.at]
    }

    pub(crate) fn is_home(&self) -> bool {
        self.current() == self.home
    }

    pub(crate) fn are_several(&self) -> bool {
        self.list.len() > 1
    }

    /// Turns to the next one; the same if there is no other.
    pub(crate) fn turn(&mut self) {
        self.at = (self.at + 1) % self.list.len();
    }

    /// Takes what a node tells, itself first. Its own name gives way to the one it was reached by,
    /// so that one node is not two in the list. The others come in any order, or all clients of a dead node would go to the same.
    pub(crate) fn told(&mut self, mut nodes: Vec<String>, rng: &mut Rng) {
        if let Some((this, others)) = nodes.split_first_mut() {
            *this = self.current().to_owned();
            rng.shuffle(others);
            (self.list, self.at) = (nodes, 0);
            self.tidy();
        }
    }

    /// The address of the socket at the current node.
    pub(crate) fn socket_url(&self) -> String {
        let node = self.current();
        let (scheme, host) = match node.split_once("://") {
            Some(("https", host)) => ("wss", host),
            Some((_, host)) => ("ws", host),
            None => ("ws", node),
        };
        format!("{scheme}://{host}/ws")
    }

    /// The address of a stream at the current node.
    pub(crate) fn stream_url(&self) -> String {
        format!("{}/stream", self.current())
    }

    fn tidy(&mut self) {
        let mut list: Vec<String> = Vec::with_capacity(self.list.len() + 1);
        for node in self.list.iter().chain([&self.home]).map(|node| base(node)) {
            if !list.contains(&node) {
                list.push(node);
            }
        }
        self.list = list;
    }
}

fn base(node: &str) -> String {
    node.trim_end_matches('/').to_owned()
}
