// Turns `for (a; test; next) body` into `a; if (test) do body while (next, test)` before a kernel is compiled. V8 moves what
// does not change in a loop, constants and splats above all, in front of it only where every way out passes the body.
import { Node, NodeKind } from 'assemblyscript';

function rotate(statement) {
  switch (statement?.kind) {
    case NodeKind.Block:
      statement.statements = statement.statements.map(rotate);
      return statement;
    case NodeKind.If:
      statement.ifTrue = rotate(statement.ifTrue);
      statement.ifFalse = rotate(statement.ifFalse);
      return statement;
    case NodeKind.For: {
      const { initializer, condition, incrementor, body, range } = statement;
      if (!condition)
        throw new Error(`${range.source.normalizedPath}: a for loop without a test can't be rotated`);
      const again = incrementor ? Node.createCommaExpression([incrementor, condition], range) : condition;
      const loop = guarded(condition, body, again, range);
      return initializer ? Node.createBlockStatement([initializer, loop], range) : loop;
    }
    case NodeKind.While:
      return guarded(statement.condition, statement.body, statement.condition, statement.range);
    case NodeKind.Do:
      statement.body = rotate(statement.body);
      return statement;
    default:
      return statement;
  }
}

function guarded(condition, body, again, range) {
  return Node.createIfStatement(condition, Node.createDoStatement(rotate(body), again, range), null, range);
}

/** Whether a function bears the decorator `@asWritten`, as those whose loops already fill the registers: V8 spills fewer. */
function isAsWritten({ decorators }) {
  return decorators?.some(({ name }) => name.text === 'asWritten');
}

/** A transform for the AssemblyScript compiler: rotates every loop of its sources, those of functions `@asWritten` excepted. */
export class RotateLoops {
  afterParse({ sources }) {
    for (const source of sources.filter(({ isLibrary }) => !isLibrary)) {
      for (const declaration of source.statements) {
        if (declaration.kind !== NodeKind.FunctionDeclaration || isAsWritten(declaration)) continue;
        declaration.body = rotate(declaration.body);
      }
    }
  }
}
