//! Types, as far as they are known: enough to know whose method is called.

/// A declaration of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    Function(usize),
    Type(usize),
    Variable(usize),
}

/// The type of a value. Pointers are left out: methods are found through them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type<'a> {
    Unknown,
    /// Nothing that has methods of interest: a text, a number, an error.
    Plain,
    /// Declared in a package that was read.
    Own(usize),
    /// Declared elsewhere: path of the package, and name.
    Outside(&'a str, &'a str),
    /// A role that the table of calls gives.
    Role(&'a str),
    /// Slices, arrays, maps and channels, by their elements.
    List(Box<Self>),
    /// Functions, by their results.
    Func(Vec<Self>),
    /// Several results.
    Tuple(Vec<Self>),
}

impl Type<'_> {
    /// The type of one of several results.
    pub(crate) fn part(&self, at: usize) -> Self {
        match self {
            Self::Tuple(parts) => parts.get(at).cloned().unwrap_or(Self::Unknown),
            one if at == 0 => one.clone(),
            _ => Self::Unknown,
        }
    }

    /// The type of an element.
    pub(crate) fn element(&self) -> Self {
        match self {
            Self::List(inner) => (**inner).clone(),
            _ => Self::Unknown,
        }
    }
}

/// Results of a call as one type.
pub(crate) fn results(mut list: Vec<Type<'_>>) -> Type<'_> {
    match list.len() {
        0 => Type::Plain,
        1 => list.pop().unwrap_or(Type::Unknown),
        _ => Type::Tuple(list),
    }
}
