//! What a test may require, what a configuration gives and costs, and the lightest fit between them.
